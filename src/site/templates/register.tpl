<p class="crumbs"><a href="{{REGISTERS}}">[[site.registers]]</a> <span aria-hidden="true">›</span> {{PACK}}</p>
<h1>{{TITLE}}</h1>
{{#ABOUT}}<p class="lead">{{TEXT}}</p>{{/ABOUT}}
{{#ASK}}
<form class="ask" method="get" role="search">
<label for="q">[[site.search]]</label>
<input type="search" id="q" name="q" value="{{Q}}">
{{#FILTER}}<label for="f-{{NAME}}">{{TITLE}}</label>
<select id="f-{{NAME}}" name="{{NAME}}"><option value="">[[site.any]]</option>{{#OPTION}}<option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{TITLE}}</option>{{/OPTION}}</select>
{{/FILTER}}<button type="submit">[[site.find]]</button>
</form>
{{/ASK}}
<p class="summary" role="status">{{COUNT}}{{#CUT}} [[site.cut]]{{/CUT}}</p>
<div class="scroll" role="region" aria-label="{{TITLE}}" tabindex="0">
<table>
<caption class="unseen">{{TITLE}}</caption>
<thead><tr>{{#COLUMN}}<th scope="col"{{#NUMERIC}} class="num"{{/NUMERIC}}>{{#SORTED}}<a href="{{HREF}}" rel="nofollow">{{TEXT}}{{#SIGN}} <span aria-hidden="true">{{TEXT}}</span>{{/SIGN}}</a>{{/SORTED}}{{#PLAIN}}{{TEXT}}{{/PLAIN}}</th>{{/COLUMN}}</tr></thead>
<tbody>
{{#ROW}}<tr>{{#CELL}}<td{{#NUMERIC}} class="num"{{/NUMERIC}}>{{#LINKED}}<a href="{{HREF}}">{{TEXT}}</a>{{/LINKED}}{{#PLAIN}}{{TEXT}}{{/PLAIN}}</td>{{/CELL}}</tr>
{{/ROW}}
</tbody>
</table>
</div>
{{#PAGES}}<nav class="pages" aria-label="[[site.pages]]">{{#BEFORE}}<a href="{{HREF}}" rel="prev">[[site.previous]]</a>{{/BEFORE}} <span>{{TEXT}}</span> {{#AFTER}}<a href="{{HREF}}" rel="next">[[site.next]]</a>{{/AFTER}}</nav>{{/PAGES}}
{{#COMPARED}}
<section aria-labelledby="compared">
<h2 id="compared">{{TITLE}}</h2>
<div class="scroll" role="region" aria-labelledby="compared" tabindex="0">
<table>
<thead><tr><th scope="col">[[site.change]]</th>{{#COLUMN}}<th scope="col">{{TEXT}}</th>{{/COLUMN}}</tr></thead>
<tbody>
{{#ROW}}<tr><td>{{#MARK}}<span class="tag {{STYLE}}">{{TEXT}}</span>{{/MARK}}</td>{{#CELL}}<td{{#NUMERIC}} class="num"{{/NUMERIC}}>{{#PLAIN}}{{TEXT}}{{/PLAIN}}</td>{{/CELL}}</tr>
{{/ROW}}
</tbody>
</table>
</div>
</section>
{{/COMPARED}}
{{#EDITIONS}}
<section aria-labelledby="editions">
<h2 id="editions">[[site.editions]]</h2>
<div class="scroll" role="region" aria-labelledby="editions" tabindex="0">
<table>
<thead><tr><th scope="col">[[site.edition]]</th><th scope="col">[[site.side]]</th><th scope="col">[[site.date]]</th><th scope="col" class="num">[[site.entries]]</th><th scope="col"><span class="unseen">[[site.show]]</span></th></tr></thead>
<tbody>
{{#EDITION}}<tr><th scope="row">{{NAME}}</th><td>{{PARTY}}</td><td>{{DAY}}</td><td class="num">{{ENTRIES}}</td><td>{{#LINKS}}<a href="{{SHOW}}">[[site.show]]</a>{{#COMPARE}} · <a href="{{HREF}}">[[site.compare]]</a>{{/COMPARE}}{{/LINKS}}</td></tr>
{{/EDITION}}
</tbody>
</table>
</div>
</section>
{{/EDITIONS}}
{{#BARS}}
<section aria-labelledby="by-{{NAME}}">
<h2 id="by-{{NAME}}">{{TITLE}}</h2>
<p>{{FINDING}}</p>
<figure>
<svg class="chart" viewBox="0 0 640 {{HEIGHT}}" role="img" aria-labelledby="title-{{NAME}} text-{{NAME}}">
<title id="title-{{NAME}}">{{TITLE}}</title>
<desc id="text-{{NAME}}">{{FINDING}}</desc>
{{#BAR}}<text x="0" y="{{TEXT_Y}}">{{TITLE}}: {{NUMBER}}</text><rect class="bar" x="0" y="{{Y}}" width="{{WIDTH}}" height="14"/>
{{/BAR}}
</svg>
</figure>
<details><summary>[[site.as_table]]</summary>
<table class="narrow">
<caption class="unseen">{{TITLE}}</caption>
<thead><tr><th scope="col">{{TITLE}}</th><th scope="col" class="num">[[site.number]]</th></tr></thead>
<tbody>
{{#BAR}}<tr><th scope="row">{{TITLE}}</th><td class="num">{{NUMBER}}</td></tr>
{{/BAR}}
</tbody>
</table></details>
</section>
{{/BARS}}
<section aria-labelledby="files">
<h2 id="files">[[site.download]]</h2>
<ul class="files">
{{#FILE}}<li><a href="{{HREF}}">{{TITLE}}</a></li>
{{/FILE}}
</ul>
</section>
