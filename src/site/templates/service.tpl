<p class="crumbs"><a href="{{SERVICES}}">[[site.services]]</a> <span aria-hidden="true">›</span> {{PACK}}</p>
<h1>{{TITLE}}</h1>
{{#ABOUT}}<p class="lead">{{TEXT}}</p>{{/ABOUT}}
<h2>[[site.who]]</h2>
<ul>
{{#WHO}}<li>{{TEXT}}</li>
{{/WHO}}
</ul>
<h2>[[site.papers]]</h2>
<ul>
{{#PAPER}}<li>{{TEXT}}</li>
{{/PAPER}}
</ul>
<h2>[[site.form]]</h2>
<ul class="columns">
{{#FIELD}}<li>{{TEXT}}</li>
{{/FIELD}}
</ul>
<h2>[[site.clocks]]</h2>
<dl>
{{#CLOCK}}<dt>{{NAME}}</dt><dd>{{TEXT}}</dd>
{{/CLOCK}}
</dl>
<h2>[[site.steps]]</h2>
<ol class="steps">
{{#STATE}}<li>{{TEXT}}{{#OWNER}} <span class="quiet">{{TEXT}}</span>{{/OWNER}}</li>
{{/STATE}}
</ol>
<h2>[[site.prints]]</h2>
<ul>
{{#PRINT}}<li>{{TEXT}}</li>
{{/PRINT}}
</ul>
