<p class="crumbs">[[site.map]]</p>
<h1>{{TITLE}}</h1>
<nav class="pages" aria-label="[[site.layers]]">
{{#LAYER}}<a href="{{HREF}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TITLE}}</a>
{{/LAYER}}
</nav>
{{#MAP}}
<figure class="map">
<svg viewBox="0 0 {{WIDTH}} {{HEIGHT}}" role="img" aria-labelledby="map-title map-text">
<title id="map-title">{{TITLE}}</title>
<desc id="map-text">[[site.map_text]]</desc>
{{#AREA}}<path class="m{{SHADE}}" d="{{PATH}}">{{#NAMED}}<title>{{TEXT}}</title>{{/NAMED}}</path>
{{/AREA}}
</svg>
<ul class="key">{{#KEY}}<li><svg viewBox="0 0 20 12" aria-hidden="true"><rect class="m{{SHADE}}" width="20" height="12"/></svg> {{TEXT}}</li>{{/KEY}}</ul>
<figcaption class="quiet">{{CREDIT}} [[site.map_note]]</figcaption>
</figure>
{{/MAP}}
<p><a href="{{MORE}}">{{TITLE}}</a></p>
<div class="scroll" role="region" aria-label="[[site.as_table]]" tabindex="0">
<table class="narrow">
<caption class="unseen">[[site.as_table]]</caption>
<thead><tr><th scope="col">[[site.code]]</th><th scope="col">[[site.division]]</th><th scope="col" class="num">[[site.number]]</th></tr></thead>
<tbody>
{{#ROW}}<tr><td>{{CODE}}</td><th scope="row">{{NAME}}</th><td class="num">{{NUMBER}}</td></tr>
{{/ROW}}
</tbody>
</table>
</div>
