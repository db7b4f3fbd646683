<p class="crumbs"><a href="{{FIGURES}}">[[site.figures]]</a> <span aria-hidden="true">›</span> {{PACK}}</p>
<h1>{{TITLE}}</h1>
<p class="big">{{VALUE}}</p>
<p class="asof">{{DAY}} {{#MARK}}<span class="tag {{STYLE}}">{{TEXT}}</span>{{/MARK}}</p>
{{#ABOUT}}<p class="lead">{{TEXT}}</p>{{/ABOUT}}
{{#ASK}}
<form class="ask" method="get">
<label for="as_of">[[site.other_day]]</label>
<input type="date" id="as_of" name="as_of" value="{{AS_OF}}" required>
<button type="submit">[[site.show]]</button>
</form>
{{/ASK}}
<section aria-labelledby="sides">
<h2 id="sides">[[site.both_sides]]</h2>
<table class="narrow">
<thead><tr><th scope="col">[[site.side]]</th><th scope="col" class="num">[[site.value]]</th></tr></thead>
<tbody>
{{#SIDE}}<tr><th scope="row">{{PARTY}}</th><td class="num">{{VALUE}}</td></tr>
{{/SIDE}}
</tbody>
</table>
</section>
{{#CONTESTED}}
<section aria-labelledby="contested">
<h2 id="contested">[[site.two_keepers]]</h2>
<p>[[site.two_keepers_lead]]</p>
<table class="narrow">
<caption class="unseen">[[site.two_keepers]]</caption>
<thead><tr><th scope="col">[[site.row_of]]</th><th scope="col" class="num">[[site.value]]</th></tr></thead>
<tbody>
{{#UNDER}}<tr><th scope="row">{{PARTY}}</th><td class="num">{{VALUE}}</td></tr>
{{/UNDER}}
</tbody>
</table>
<ul class="files">
{{#ROW}}<li><a href="{{HREF}}">{{KEY}}</a></li>
{{/ROW}}
</ul>
</section>
{{/CONTESTED}}
{{#HISTORY}}
<section aria-labelledby="history">
<h2 id="history">[[site.history]]</h2>
<figure>
<figcaption>{{FINDING}}</figcaption>
<svg class="chart" viewBox="0 0 640 240" role="img" aria-labelledby="chart-title chart-text">
<title id="chart-title">{{TITLE}}</title>
<desc id="chart-text">{{FINDING}}</desc>
{{#UP}}<line class="grid" x1="8" x2="544" y1="{{Y}}" y2="{{Y}}"/><text x="552" y="{{Y}}" dy="4">{{TEXT}}</text>
{{/UP}}
{{#ACROSS}}<text class="across" x="{{X}}" y="232">{{TEXT}}</text>
{{/ACROSS}}
<polyline class="line" points="{{LINE}}"/>
{{#DOT}}<circle class="dot" cx="{{X}}" cy="{{Y}}" r="3.5"/>
{{/DOT}}
</svg>
</figure>
<details>
<summary>[[site.as_table]]</summary>
<table class="narrow">
<caption class="unseen">[[site.history]]</caption>
<thead><tr><th scope="col">[[site.date]]</th><th scope="col" class="num">[[site.value]]</th></tr></thead>
<tbody>
{{#POINT}}<tr><th scope="row">{{#LINKED}}<a href="{{HREF}}" rel="nofollow">{{DAY}}</a>{{/LINKED}}{{#PLAIN}}{{DAY}}{{/PLAIN}}</th><td class="num">{{VALUE}}</td></tr>
{{/POINT}}
</tbody>
</table>
</details>
</section>
{{/HISTORY}}
{{#SPLIT}}
<section>
<h2>{{TITLE}}</h2>
<table class="bars">
<caption class="unseen">{{TITLE}}</caption>
<thead><tr><th scope="col">{{NAME}}</th><th scope="col" class="num">[[site.value]]</th><th scope="col" class="bar"><span class="unseen">[[site.share]]</span></th></tr></thead>
<tbody>
{{#ROW}}<tr><th scope="row">{{KEY}}</th><td class="num">{{VALUE}}</td><td class="bar"><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="{{WIDTH}}" height="8"/></svg></td></tr>
{{/ROW}}
</tbody>
</table>
{{#MORE}}<p>{{TEXT}}</p>{{/MORE}}
</section>
{{/SPLIT}}
{{#RECORDS}}
<section aria-labelledby="records">
<h2 id="records">[[site.behind]]</h2>
<p><a class="action" href="{{HREF}}">{{TEXT}}</a></p>
</section>
{{/RECORDS}}
<section aria-labelledby="meaning">
<h2 id="meaning">[[site.meaning]]</h2>
<dl>
{{#DEFINITION}}<dt>{{NAME}}</dt><dd>{{#WORDS}}{{TEXT}}{{/WORDS}}{{#CODE}}<code>{{TEXT}}</code>{{/CODE}}</dd>
{{/DEFINITION}}
</dl>
{{#PUBLISHED}}
<p class="published"><strong>[[site.published]]</strong> {{TITLE}}: {{VALUE}} ({{DAY}}). {{NOTE}}</p>
{{/PUBLISHED}}
</section>
<section aria-labelledby="files">
<h2 id="files">[[site.download]]</h2>
<ul class="files">
{{#FILE}}<li><a href="{{HREF}}">{{TITLE}}</a></li>
{{/FILE}}
</ul>
</section>
