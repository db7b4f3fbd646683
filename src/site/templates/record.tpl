<p class="crumbs"><a href="{{HREF}}">{{REGISTER}}</a></p>
<h1>{{TITLE}}</h1>
<dl class="record">
{{#FIELD}}<dt>{{NAME}}</dt><dd>{{#ONE}}{{TEXT}}{{/ONE}}{{#SIDE}}<span class="said"><span class="quiet">{{PARTY}}</span> {{TEXT}}</span>{{/SIDE}}</dd>
{{/FIELD}}
<dt>[[site.keeper]]</dt><dd>{{KEEPER}}</dd>
</dl>
{{#CONTESTED}}
<section>
<h2>{{PARTY}} <span class="tag differ">[[site.contested]]</span></h2>
<p>[[site.also_keeps]]</p>
<dl class="record">
{{#FIELD}}<dt>{{NAME}}</dt><dd>{{#ONE}}{{TEXT}}{{/ONE}}{{#SIDE}}<span class="said"><span class="quiet">{{PARTY}}</span> {{TEXT}}</span>{{/SIDE}}</dd>
{{/FIELD}}
</dl>
</section>
{{/CONTESTED}}
{{#HISTORY}}
<section aria-labelledby="history">
<h2 id="history">[[site.record_history]]</h2>
<table class="narrow">
<thead><tr><th scope="col">[[site.version]]</th><th scope="col">[[site.date]]</th><th scope="col">[[site.evidence]]</th></tr></thead>
<tbody>
{{#VERSION}}<tr><th scope="row">{{NUMBER}}</th><td>{{DAY}}</td><td><a href="{{HREF}}">{{POSITION}}</a></td></tr>
{{/VERSION}}
</tbody>
</table>
</section>
{{/HISTORY}}
