<h1>{{TITLE}}</h1>
<p class="asof">[[site.as_of]] <time datetime="{{AS_OF}}">{{DAY}}</time></p>
{{#LEAD}}<p class="lead">{{#PIECE}}{{#WORDS}}{{TEXT}}{{/WORDS}}{{#NUMBER}}<a class="number" href="{{HREF}}">{{TEXT}}</a>{{#MARK}}<span class="sign {{STYLE}}" title="{{TEXT}}"><span aria-hidden="true">{{SIGN}}</span><span class="unseen"> ({{TEXT}})</span></span>{{/MARK}}{{/NUMBER}}{{/PIECE}}</p>{{/LEAD}}
<p class="summary">{{SUMMARY}}</p>
{{#ASK}}
<form class="ask" method="get">
<label for="as_of">[[site.other_day]]</label>
<input type="date" id="as_of" name="as_of" value="{{AS_OF}}" required>
<button type="submit">[[site.show]]</button>
{{#OTHER_EDITION}}<a href="{{HREF}}" rel="nofollow">{{DAY}}</a>
{{/OTHER_EDITION}}</form>
{{/ASK}}
<div class="beside">
<nav class="contents" aria-label="[[site.contents]]">
<h2>[[site.contents]]</h2>
<ol>
{{#CONTENTS}}<li><a href="#{{ID}}">{{TITLE}}</a></li>
{{/CONTENTS}}
</ol>
<p><a href="#changes">{{SINCE}}</a> · <a href="{{NUMBERS}}">[[site.all_numbers]]</a></p>
</nav>
<article>
{{#SECTION}}
<section aria-labelledby="{{ID}}">
<h2 id="{{ID}}">{{TITLE}}</h2>
{{#PARAGRAPH}}<p>{{#PIECE}}{{#WORDS}}{{TEXT}}{{/WORDS}}{{#NUMBER}}<a class="number" href="{{HREF}}">{{TEXT}}</a>{{#MARK}}<span class="sign {{STYLE}}" title="{{TEXT}}"><span aria-hidden="true">{{SIGN}}</span><span class="unseen"> ({{TEXT}})</span></span>{{/MARK}}{{/NUMBER}}{{/PIECE}}</p>
{{/PARAGRAPH}}
</section>
{{/SECTION}}
</article>
</div>
<section aria-labelledby="changes">
<h2 id="changes">{{SINCE}}</h2>
<div class="scroll" role="region" aria-labelledby="changes" tabindex="0">
<table>
<thead><tr><th scope="col">[[site.number]]</th><th scope="col" class="num">[[site.before]]</th><th scope="col" class="num">[[site.now]]</th></tr></thead>
<tbody>
{{#CHANGE}}<tr><th scope="row"><a href="{{HREF}}">{{TITLE}}</a></th><td class="num">{{BEFORE}}</td><td class="num">{{NOW}}</td></tr>
{{/CHANGE}}
</tbody>
</table>
</div>
</section>
