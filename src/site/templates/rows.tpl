<p class="crumbs"><a href="{{FIGURE}}">{{TITLE}}</a></p>
<h1>[[site.behind]]</h1>
<p class="lead">{{TEXT}}</p>
<div class="scroll" role="region" aria-label="[[site.behind]]" tabindex="0">
<table>
<caption class="unseen">[[site.behind]]</caption>
<thead><tr>{{#COLUMN}}<th scope="col">{{TEXT}}</th>{{/COLUMN}}<th scope="col" class="num">[[site.adds]]</th><th scope="col">[[site.from]]</th><th scope="col">[[site.until]]</th>{{#EVIDENCE}}<th scope="col">[[site.evidence]]</th>{{/EVIDENCE}}</tr></thead>
<tbody>
{{#ROW}}<tr>{{#CELL}}<td>{{TEXT}}</td>{{/CELL}}<td class="num">{{VALUE}}</td><td>{{FROM}}</td><td>{{UNTIL}}</td>{{#EVIDENCE}}<td>{{#ENTRY}}<a href="{{HREF}}">{{POSITION}}</a> {{/ENTRY}}</td>{{/EVIDENCE}}</tr>
{{/ROW}}
</tbody>
</table>
</div>
{{#NEXT}}<p><a class="action" href="{{HREF}}" rel="next">[[site.next]]</a></p>{{/NEXT}}
