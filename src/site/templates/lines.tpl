<p class="crumbs"><a href="{{MAP}}">[[site.map]]</a></p>
<h1>{{TITLE}}</h1>
<p>{{FINDING}}</p>
{{#MISSED}}<p><a href="{{HREF}}">[[site.missed]]</a></p>{{/MISSED}}
<nav class="pages" aria-label="[[site.years]]">{{#YEAR}}<a href="{{HREF}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TITLE}}</a>
{{/YEAR}}</nav>
{{#STATUSES}}<nav class="pages" aria-label="[[site.status]]">{{#ONLY}}<a href="{{HREF}}" rel="nofollow"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TITLE}}</a>
{{/ONLY}}</nav>{{/STATUSES}}
<figure class="map">
<svg viewBox="0 0 {{WIDTH}} {{HEIGHT}}" role="img" aria-labelledby="map-title map-text">
<title id="map-title">{{TITLE}}</title>
<desc id="map-text">{{FINDING}} [[site.lines_text]]</desc>
{{#AREA}}<path class="m0" d="{{PATH}}"/>
{{/AREA}}
{{#WAY}}<polyline class="way {{STATUS}}" points="{{POINTS}}"><title>{{TEXT}}</title></polyline>
{{/WAY}}
</svg>
<ul class="key">{{#KEY}}<li><svg viewBox="0 0 20 12" aria-hidden="true"><path class="way {{STATUS}}" d="M0 6h20"/></svg> {{TEXT}}</li>{{/KEY}}</ul>
<figcaption class="quiet">{{CREDIT}} [[site.map_note]]</figcaption>
</figure>
<section>
<h2 id="lines">[[site.lines]]</h2>
<ul class="files">{{#FILE}}<li><a href="{{HREF}}">{{TEXT}}</a></li>{{/FILE}}</ul>
<div class="scroll" role="region" aria-labelledby="lines" tabindex="0">
<table>
<thead><tr><th scope="col">[[site.code]]</th><th scope="col">[[network.line]]</th><th scope="col">[[site.status]]</th><th scope="col">[[site.open_since]]</th><th scope="col">[[site.plan]]</th><th scope="col">[[site.closed_since]]</th><th scope="col">[[site.on_record]]</th></tr></thead>
<tbody>
{{#LINE}}<tr><td>{{CODE}}</td><th scope="row">{{NAME}}</th><td>{{STATUS}}{{#HALVED}} <span class="quiet">({{HALVES}})</span>{{/HALVED}}</td><td>{{SINCE}}</td><td>{{PLAN}}</td><td>{{CLOSED}}</td><td>{{#SOURCE}}<a href="{{HREF}}">{{TEXT}}</a> {{/SOURCE}}</td></tr>
{{/LINE}}
</tbody>
</table>
</div>
</section>
