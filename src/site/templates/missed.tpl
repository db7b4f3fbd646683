<p class="crumbs"><a href="{{NETWORK}}">[[site.network]]</a></p>
<h1>{{TITLE}}</h1>
<p class="quiet">{{ASSUMED}}</p>
{{#DAY}}<form class="ask" method="get">
<label for="as_of">[[site.day_asked]]</label>
<input id="as_of" name="as_of" type="date" value="{{ASKED}}" required>
<button type="submit">[[site.show]]</button>
</form>
{{/DAY}}<section>
<h2 id="buses">[[site.last_buses]]</h2>
{{#NO_BUS}}<p>[[network.no_feeder]]</p>{{/NO_BUS}}
<ul class="files">{{#FILE}}<li><a href="{{HREF}}">{{TEXT}}</a></li>{{/FILE}}</ul>
{{#BUSES}}<div class="scroll" role="region" aria-labelledby="buses" tabindex="0">
<table>
<thead><tr><th scope="col">[[network.line]]</th><th scope="col">[[network.stop]]</th><th scope="col">[[network.towards]]</th><th scope="col">[[network.last_bus]]</th><th scope="col" class="num">[[network.trains]]</th><th scope="col" class="num">[[network.too_late]]</th><th scope="col">[[site.basis]]</th><th scope="col">[[site.fare_most]]</th></tr></thead>
<tbody>
{{#BUS}}<tr><th scope="row">{{LINE}}</th><td>{{STOP}}</td><td>{{TOWARDS}}</td><td>{{LAST}}</td><td class="num">{{TRAINS}}</td><td class="num">{{TOO_LATE}}</td><td>{{BASIS}}</td><td>{{FARE}}{{#OF_TARIFF}} <span class="quiet">{{TARIFF}}</span>{{/OF_TARIFF}}</td></tr>
{{/BUS}}
</tbody>
</table>
</div>
<h2 id="trains">[[site.trains_too_late]]</h2>
<div class="scroll" role="region" aria-labelledby="trains" tabindex="0">
<table>
<thead><tr><th scope="col">[[network.line]]</th><th scope="col">[[network.last_bus]]</th><th scope="col">[[site.train]]</th><th scope="col">[[site.gets_off_at]]</th><th scope="col">[[site.arrives]]</th><th scope="col" class="num">[[network.missed_by]]</th></tr></thead>
<tbody>
{{#TRAIN}}<tr><td>{{LINE}}</td><td>{{LAST}}</td><th scope="row">{{TRAIN}}</th><td>{{AT}}</td><td>{{ARRIVES}}</td><td class="num">{{BY}}</td></tr>
{{/TRAIN}}
</tbody>
</table>
</div>
{{/BUSES}}</section>
