<p class="crumbs"><a href="{{NETWORK}}">[[site.network]]</a></p>
<h1>{{TITLE}}</h1>
<p class="quiet">{{ASSUMED}}</p>
<form class="ask" method="get">
<label for="as_of">[[site.day_asked]]</label>
<input id="as_of" name="as_of" type="date" value="{{DAY_ASKED}}" required>
<label for="scenario">[[site.scenario]]</label>
<select id="scenario" name="scenario">{{#SCENARIO}}<option value="{{VALUE}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{TITLE}}</option>
{{/SCENARIO}}</select>
<label for="limit">[[site.limit_minutes]]</label>
<select id="limit" name="within">{{#WITHIN}}<option value="{{VALUE}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{TITLE}}</option>
{{/WITHIN}}</select>
<button type="submit">[[site.show]]</button>
</form>
<section>
<h2 id="indicators">[[site.indicators]]</h2>
<div class="scroll" role="region" aria-labelledby="indicators" tabindex="0">
<table>
<thead><tr><th scope="col">[[site.indicator]]</th><th scope="col" class="num">{{BEFORE}}</th><th scope="col" class="num">{{AFTER}}</th></tr></thead>
<tbody>
{{#INDICATOR}}<tr><th scope="row">{{NAME}}</th><td class="num">{{BEFORE}}</td><td class="num">{{AFTER}}</td></tr>
{{/INDICATOR}}
</tbody>
</table>
</div>
</section>
<section>
<h2 id="pairs">{{BEYOND}}</h2>
<ul class="files">{{#FILE}}<li><a href="{{HREF}}" rel="nofollow">{{TEXT}}</a></li>{{/FILE}}</ul>
<div class="scroll" role="region" aria-labelledby="pairs" tabindex="0">
<table>
<thead><tr><th scope="col">[[site.from_where]]</th><th scope="col">[[site.to_where]]</th><th scope="col" class="num">[[network.people]]</th><th scope="col" class="num">[[site.minutes]]</th></tr></thead>
<tbody>
{{#PAIR}}<tr><td>{{A}}</td><td>{{B}}</td><td class="num">{{PEOPLE}}</td><td class="num"><a href="{{HREF}}" rel="nofollow">{{MINUTES}}</a></td></tr>
{{/PAIR}}
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
