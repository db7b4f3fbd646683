<h1>{{TITLE}}</h1>
<p class="lead">{{TEXT}}</p>
<pre>{{PROOF}}</pre>
<p><a class="action" href="{{HREF}}" download>[[site.proof]]</a></p>
<p>[[site.proof_text]]</p>
