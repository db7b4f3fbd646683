#!/usr/bin/env python3
"""Checks texts/*.json: the same keys in every language, the same {places}, sorted, none empty, none unused.

Usage: tools/check_texts.py. Prints what is wrong and exits 1 on any finding.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
READERS = [("src", "*.cc"), ("src", "*.h"), ("src", "*.tpl"), ("web/src", "*.ts"), ("web/src", "*.vue")]


def places(text):
    return set(re.findall(r"\{([a-z0-9_]+)\}", text))


def pairs_once(pairs):
    names = [name for name, _ in pairs]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"more than once: {', '.join(sorted(twice))}")
    return dict(pairs)


def main():
    findings = []
    words = {}
    for path in sorted((ROOT / "texts").glob("*.json")):
        words[path.stem] = json.loads(path.read_text(), object_pairs_hook=pairs_once)
        if list(words[path.stem]) != sorted(words[path.stem]):
            findings.append(f"texts/{path.name}: keys are not sorted")
        findings += [f"texts/{path.name}: {key} is empty" for key, text in words[path.stem].items() if not text.strip()]
    english = words["en"]
    for language, texts in words.items():
        findings += [f"texts/{language}.json: {key} is missing" for key in english if key not in texts]
        findings += [f"texts/en.json: {key} is missing (it stands in {language})" for key in texts if key not in english]
        findings += [f"texts/{language}.json: {key} has other places than English: {sorted(places(texts[key]))}"
                     for key in english if key in texts and places(texts[key]) != places(english[key])]
    code = "\n".join(path.read_text() for folder, pattern in READERS for path in (ROOT / folder).rglob(pattern)
                     if "node_modules" not in path.parts)
    # A key may be put together from a prefix and a name: `refusal.` + why.
    stems = set(re.findall(r"""["'`]([a-z]+(?:\.[a-z0-9_]+)*\.)(?=["'`$])""", code))
    findings += [f"texts/en.json: nothing uses {key}" for key in english
                 if key not in code and not any(key.startswith(stem) for stem in stems)]
    # The pages leave `app.` out.
    asked = set(re.findall(r"""\bt\(\s*["']([a-z0-9_.]+)["']""", "\n".join(
        path.read_text() for pattern in ("*.ts", "*.vue") for path in (ROOT / "web/src").rglob(pattern))))
    findings += [f"texts/en.json: the pages ask for app.{key}" for key in sorted(asked) if f"app.{key}" not in english]
    print("\n".join(findings) if findings else f"{len(english)} texts in {len(words)} languages")
    return 1 if findings else 0


sys.exit(main())
