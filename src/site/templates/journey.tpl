<p class="crumbs"><a href="{{NETWORK}}">[[site.network]]</a></p>
<h1>{{TITLE}}</h1>
<p class="quiet">{{ASSUMED}}</p>
<form class="ask" method="get">
<label for="from">[[site.from_where]]</label>
<select id="from" name="from">{{#FROM}}<option value="{{VALUE}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{TITLE}}</option>
{{/FROM}}</select>
<label for="to">[[site.to_where]]</label>
<select id="to" name="to">{{#TO}}<option value="{{VALUE}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{TITLE}}</option>
{{/TO}}</select>
<label for="as_of">[[site.day_asked]]</label>
<input id="as_of" name="as_of" type="date" value="{{DAY_ASKED}}" required>
<label for="departs">[[site.departs_from]]</label>
<input id="departs" name="departs" type="time" value="{{DEPARTS}}" required>
<label for="scenario">[[site.scenario]]</label>
<select id="scenario" name="scenario">{{#SCENARIO}}<option value="{{VALUE}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{TITLE}}</option>
{{/SCENARIO}}</select>
<button type="submit">[[site.show]]</button>
</form>
<p><a href="{{BACK}}" rel="nofollow">[[site.way_back]]</a></p>
<figure class="map">
<svg viewBox="0 0 {{WIDTH}} {{HEIGHT}}" role="img" aria-labelledby="map-title map-text">
<title id="map-title">{{TITLE}}</title>
<desc id="map-text">[[site.journey_map_text]]</desc>
{{#AREA}}<path class="m{{SHADE}}" d="{{PATH}}"><title>{{TEXT}}</title></path>
{{/AREA}}
<polyline class="way" points="{{POINTS}}"/>
</svg>
<figcaption class="quiet">{{CREDIT}} [[site.map_note]]</figcaption>
</figure>
<section aria-labelledby="ways">
<h2 id="ways">[[site.ways]]</h2>
{{#NO_WAY}}<p>[[network.no_way]]</p>{{/NO_WAY}}
{{#WAY}}<h3>{{TEXT}}</h3>
<div class="scroll" role="region" aria-label="{{TEXT}}" tabindex="0">
<table>
<thead><tr><th scope="col" class="num">[[site.wait]]</th><th scope="col">[[site.departs]]</th><th scope="col">[[site.from_where]]</th><th scope="col">[[site.arrives]]</th><th scope="col">[[site.to_where]]</th><th scope="col">[[site.by_what]]</th><th scope="col">[[site.fare]]</th></tr></thead>
<tbody>
{{#STEP}}<tr><td class="num">{{WAIT}}</td><td>{{DEPARTS}}</td><td>{{FROM}}</td><td>{{ARRIVES}}</td><td>{{TO}}</td><td>{{BY}}</td><td>{{FARE}}{{#OF_TARIFF}} <span class="quiet">{{TARIFF}}</span>{{/OF_TARIFF}}</td></tr>
{{/STEP}}
</tbody>
</table>
</div>
<p>{{COST}}</p>
{{/WAY}}
{{#FULL_FARES}}<p class="quiet">[[network.full_fares]] [[network.fares_of_all]]</p>{{/FULL_FARES}}
{{#ROAD}}<p>{{TEXT}}</p>{{/ROAD}}
</section>
<section>
<h2 id="day">[[site.over_the_day]]</h2>
<ul class="files">{{#FILE}}<li><a href="{{HREF}}" rel="nofollow">{{TEXT}}</a></li>{{/FILE}}</ul>
{{#DAY}}<p>{{TEXT}}</p>
<div class="scroll" role="region" aria-labelledby="day" tabindex="0">
<table class="narrow">
<thead><tr><th scope="col">[[site.departs]]</th><th scope="col">[[site.arrives]]</th><th scope="col" class="num">[[site.minutes]]</th><th scope="col">[[site.quickest_by]]</th></tr></thead>
<tbody>
{{#ROW}}<tr><td>{{DEPARTS}}</td><td>{{ARRIVES}}</td><td class="num">{{MINUTES}}</td><td>{{BY}}</td></tr>
{{/ROW}}
</tbody>
</table>
</div>
{{/DAY}}
</section>
