<h1>{{TITLE}}</h1>
<p class="lead">{{TEXT}}</p>
<p><a href="{{HREF}}">[[site.overview]]</a></p>
