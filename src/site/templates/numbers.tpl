<p class="crumbs"><a href="{{OVERVIEW}}">[[site.overview]]</a></p>
<h1>[[site.all_numbers]]</h1>
<p class="asof">[[site.as_of]] <time datetime="{{AS_OF}}">{{DAY}}</time></p>
<p class="lead">[[site.all_numbers_text]]</p>
<p class="summary">{{SUMMARY}}</p>
{{#TABLE}}
<section>
<h2>{{TITLE}}</h2>
<table class="stack">
<caption class="unseen">{{TITLE}}</caption>
<thead><tr><th scope="col">[[site.number]]</th><th scope="col" class="num">[[site.value]]</th><th scope="col">[[site.date]]</th><th scope="col">[[site.both_sides]]</th><th scope="col">[[site.as_published]]</th></tr></thead>
<tbody>
{{#ROW}}<tr><th scope="row">{{#COMPUTED}}<a href="{{HREF}}">{{/COMPUTED}}{{TITLE}}{{#COMPUTED}}</a>{{/COMPUTED}}{{#NOTE}}<small>{{TEXT}}</small>{{/NOTE}}</th>{{#COMPUTED}}<td class="num" data-label="[[site.value]]">{{VALUE}}</td><td data-label="[[site.date]]">{{DAY}}</td><td data-label="[[site.both_sides]]">{{#MARK}}<span class="tag {{STYLE}}">{{TEXT}}</span>{{/MARK}}</td><td data-label="[[site.as_published]]">{{PUBLISHED}}{{#OTHERWISE}} <span class="tag differ">[[site.otherwise]]</span>{{/OTHERWISE}}</td>{{/COMPUTED}}{{#NOT_COMPUTED}}<td colspan="4">[[site.not_computed]]</td>{{/NOT_COMPUTED}}</tr>
{{/ROW}}
</tbody>
</table>
</section>
{{/TABLE}}
