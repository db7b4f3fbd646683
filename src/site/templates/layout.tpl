<!DOCTYPE html>
<html lang="{{LANGUAGE}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{TITLE}} – {{CIRCLE}}</title>
<link rel="stylesheet" href="{{STYLE}}">
</head>
<body>
<a class="skip" href="#main">[[site.skip]]</a>
<header class="top">
<div class="wide bar">
<a class="brand" href="{{HOME}}">{{CIRCLE}}</a>
<a class="language" href="{{OTHER}}" lang="{{OTHER_LANGUAGE}}" hreflang="{{OTHER_LANGUAGE}}">[[site.other_language]]</a>
</div>
<nav class="wide" aria-label="[[site.navigation]]">
<ul>
{{#TAB}}<li><a href="{{HREF}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TITLE}}</a></li>
{{/TAB}}</ul>
</nav>
</header>
<main id="main" class="wide">
{{>BODY}}
</main>
<footer class="bottom">
<div class="wide">
{{#FRESH}}<p>{{TEXT}}</p>{{/FRESH}}
<p>[[site.synthetic]]</p>
</div>
</footer>
</body>
</html>
