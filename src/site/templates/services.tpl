<h1>[[site.services]]</h1>
<p class="lead">[[site.services_text]]</p>
<ul class="cards">
{{#SERVICE}}<li><h2><a href="{{HREF}}">{{TITLE}}</a></h2><p class="quiet">{{PACK}}</p><p>{{ABOUT}}</p></li>
{{/SERVICE}}
</ul>
