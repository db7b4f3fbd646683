<h1>[[site.figures]]</h1>
<p class="lead">[[site.figures_text]]</p>
<nav class="contents columns" aria-label="[[site.contents]]">
<ul>
{{#CONTENTS}}<li><a href="#{{ID}}">{{TITLE}}</a></li>
{{/CONTENTS}}
</ul>
</nav>
{{#PACK}}
<section aria-labelledby="{{ID}}">
<h2 id="{{ID}}">{{TITLE}}</h2>
<ul class="links columns">
{{#FIGURE}}<li><a href="{{HREF}}">{{TITLE}}</a></li>
{{/FIGURE}}
</ul>
</section>
{{/PACK}}
