<p class="crumbs">[[site.network]]</p>
<h1>{{TITLE}}</h1>
<p class="quiet">{{ASSUMED}}</p>
{{#SLIDER}}<form class="ask" id="years" method="get">
{{#FROM_ASKED}}<input type="hidden" name="from" value="{{VALUE}}">
{{/FROM_ASKED}}{{#SCENARIO_ASKED}}<input type="hidden" name="scenario" value="{{VALUE}}">
{{/SCENARIO_ASKED}}<label for="year">[[site.year_end]]</label>
<input id="year" name="year" type="range" min="{{FIRST}}" max="{{LAST}}" step="1" value="{{YEAR_ASKED}}">
<output for="year" hidden>{{YEAR_ASKED}}</output>
<button type="submit">[[site.show]]</button>
</form>
{{/SLIDER}}<div id="of-year">
<nav class="pages" aria-label="[[site.from_where]]">{{#FROM}}<a href="{{HREF}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TITLE}}</a>
{{/FROM}}</nav>
<nav class="pages years" aria-label="[[site.years]]">{{#YEAR}}<a href="{{HREF}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TITLE}}</a>
{{/YEAR}}</nav>
{{#SCENARIOS}}<nav class="pages" aria-label="[[site.scenarios]]">{{#SCENARIO}}<a href="{{HREF}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TITLE}}</a>
{{/SCENARIO}}</nav>{{/SCENARIOS}}
{{#KEPT}}<p class="quiet">[[site.on_record]]: {{#SOURCE}}<a href="{{HREF}}">{{TEXT}}</a> {{/SOURCE}}</p>{{/KEPT}}
{{#MORE}}<ul class="links"><li><a href="{{JOURNEY}}" rel="nofollow">[[site.two_places]]</a></li><li><a href="{{REGION}}" rel="nofollow">[[site.region]]</a></li></ul>{{/MORE}}
{{#MISSED}}<p><a href="{{HREF}}">[[site.missed]]</a></p>{{/MISSED}}
<figure class="map">
<svg viewBox="0 0 {{WIDTH}} {{HEIGHT}}" role="{{ROLE}}" aria-labelledby="map-title map-text">
<title id="map-title">{{TITLE}}</title>
<desc id="map-text">[[site.map_text]]</desc>
{{#AREA}}{{#LINK}}<a href="{{HREF}}" rel="nofollow" tabindex="-1" aria-label="{{TEXT}}">{{/LINK}}<path class="m{{SHADE}}" d="{{PATH}}">{{#NAMED}}<title>{{TEXT}}</title>{{/NAMED}}</path>{{#LINKED}}</a>{{/LINKED}}
{{/AREA}}
</svg>
<ul class="key">{{#KEY}}<li><svg viewBox="0 0 20 12" aria-hidden="true"><rect class="m{{SHADE}}" width="20" height="12"/></svg> {{TEXT}}</li>{{/KEY}}</ul>
<figcaption class="quiet">{{CREDIT}} [[site.map_note]]</figcaption>
</figure>
<section>
<h2 id="within">[[site.within]]</h2>
<div class="scroll" role="region" aria-labelledby="within" tabindex="0">
<table class="narrow">
<thead><tr><th scope="col">[[site.minutes]]</th><th scope="col" class="num">[[site.counties]]</th><th scope="col" class="num">[[network.people]]</th><th scope="col" class="num">{{BEFORE}}: [[site.counties]]</th><th scope="col" class="num">{{BEFORE}}: [[network.people]]</th></tr></thead>
<tbody>
{{#WITHIN}}<tr><th scope="row">{{LIMIT}}</th><td class="num">{{COUNTIES}}</td><td class="num">{{PEOPLE}}</td><td class="num">{{COUNTIES_BEFORE}}</td><td class="num">{{PEOPLE_BEFORE}}</td></tr>
{{/WITHIN}}
</tbody>
</table>
</div>
</section>
<section>
<h2 id="counties">[[site.minutes_by_county]]</h2>
<ul class="files">{{#FILE}}<li><a href="{{HREF}}">{{TEXT}}</a></li>{{/FILE}}</ul>
<div class="scroll" role="region" aria-labelledby="counties" tabindex="0">
<table>
<thead><tr><th scope="col">[[site.code]]</th><th scope="col">[[site.division]]</th><th scope="col" class="num">[[network.people]]</th><th scope="col" class="num">[[network.best]]</th><th scope="col" class="num">[[network.median]]</th><th scope="col" class="num">[[network.worst]]</th><th scope="col" class="num">{{BEFORE}}: [[network.median]]</th></tr></thead>
<tbody>
{{#ROW}}<tr><td>{{CODE}}</td><th scope="row">{{#LINK}}<a href="{{HREF}}" rel="nofollow">{{NAME}}</a>{{/LINK}}{{#PLAIN}}{{NAME}}{{/PLAIN}}</th><td class="num">{{PEOPLE}}{{#SHARED}} ([[site.assumed]]){{/SHARED}}</td><td class="num">{{BEST}}</td><td class="num">{{MEDIAN}}</td><td class="num">{{WORST}}</td><td class="num">{{BEFORE}}</td></tr>
{{/ROW}}
</tbody>
</table>
</div>
</section>
<section>
<h2 id="lines">[[site.lines]]</h2>
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
</div>
{{#SCRIPT}}<script src="{{HREF}}" defer></script>
{{/SCRIPT}}