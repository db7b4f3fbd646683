<h1>[[site.check]]</h1>
{{#WRONG}}<section aria-labelledby="wrong"><h2 id="wrong">{{TITLE}}</h2><p>{{TEXT}}</p></section>{{/WRONG}}
<p class="lead">[[site.check_text]]</p>
<form class="ask" method="get" action="{{ACTION}}">
<label for="code">[[site.check_ask]]</label>
<input type="text" id="code" name="code" value="{{CODE}}" size="32" maxlength="60" autocomplete="off" autocapitalize="characters" spellcheck="false" required>
<button type="submit">[[site.check_go]]</button>
</form>
