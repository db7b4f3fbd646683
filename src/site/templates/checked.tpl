<p class="crumbs">[[site.check]] {{CODE}}</p>
<h1>{{PAPER}}</h1>
<p class="lead"><strong>{{#GOOD}}✓ {{/GOOD}}{{#BAD}}✗ {{/BAD}}{{STANDING}}.</strong> {{TEXT}}</p>
<dl class="record">
{{#NUMBERED}}<dt>[[site.check_number]]</dt><dd>{{NUMBER}}</dd>{{/NUMBERED}}
<dt>[[site.check_by]]</dt><dd>{{BY}}</dd>
<dt>[[app.paper_since]]</dt><dd>{{SINCE}}</dd>
{{#ENDS}}<dt>[[app.paper_until]]</dt><dd>{{UNTIL}}</dd>{{/ENDS}}
<dt>[[site.services]]</dt><dd>{{SERVICE}}</dd>
<dt>[[site.check_on]]</dt><dd>{{ON}}</dd>
<dt>[[site.check_entry]]</dt><dd><a href="{{HREF}}">{{ENTRY}}</a></dd>
</dl>
<p>[[site.check_compare]]</p>
