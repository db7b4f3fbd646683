<h1>[[site.registers]]</h1>
<p class="lead">[[site.registers_text]]</p>
{{#PACK}}
<section>
<h2>{{TITLE}}</h2>
<ul class="links">
{{#REGISTER}}<li><a href="{{HREF}}">{{TITLE}}</a> <span class="quiet">{{ABOUT}}</span></li>
{{/REGISTER}}
</ul>
</section>
{{/PACK}}
