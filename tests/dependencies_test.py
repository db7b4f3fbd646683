#!/usr/bin/env python3
"""The check of dependencies (tools/dependencies.py): each fault that it is there for is planted once."""
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import dependencies  # noqa: E402

RECORD = dependencies.Record("""
## Licences

| allowed | |
|---|---|
| MIT, Zlib | |
| LGPL-2.1+ | |

## What they bring

| library | brings |
|---|---|
| zlib | zlib, `vue` |

## Licences read by hand

| parts | licence |
|---|---|
| krb5 | MIT |
""")


def debian(name, version="1.0-1", licence="Zlib", source=None):
    return {"name": name, "version": version, "purl": f"pkg:deb/debian/{name}@{version}",
            "licenses": [{"license": {"name": licence}}] if licence else [],
            "properties": [{"name": "debian:source", "value": f"{source or name} {version}"}]}


def npm(name, licence="MIT"):
    return {"name": name, "version": "1.0.0", "purl": f"pkg:npm/{name}@1.0.0",
            "licenses": [{"license": {"name": licence}}]}


def answers(**said):
    """Programs that are not run: what each says, by its name."""
    def run(*words, cwd=None):
        if words[0] == "dpkg":
            return subprocess.run(words, capture_output=True, check=False)
        text = said.get(words[0].replace("-", "_"), "")
        if callable(text):
            text = text(words)
        return types.SimpleNamespace(stdout=text, stderr="", returncode=0)
    return run


def policy(candidate, sources="bookworm-security/main"):
    return lambda words: (f"zlib1g:\n  Installed: 1.0-1\n  Candidate: {candidate}\n  Version table:\n"
                          if len(words) > 2 else sources)


class Dependencies(unittest.TestCase):
    def newest(self, candidate, **more):
        with tempfile.TemporaryDirectory() as lists:
            (pathlib.Path(lists) / "deb_Packages").write_text("")
            return dependencies.newest([debian("zlib1g")], pathlib.Path(lists),
                                       answers(apt_cache=policy(candidate, **more)))

    def test_an_older_version_is_found(self):
        self.assertEqual(self.newest("1.0-1+deb12u1"), ["zlib1g 1.0-1: 1.0-1+deb12u1 is there"])
        self.assertEqual(self.newest("1.0-1"), [])
        self.assertEqual(self.newest("(none)"), ["zlib1g 1.0-1: no source of apt has it"])

    def test_sources_without_security_are_found(self):
        self.assertEqual(self.newest("1.0-1", sources="bookworm/main"),
                         ["bookworm-security is not among the sources of apt"])

    def test_without_lists_nothing_is_called_current(self):
        with tempfile.TemporaryDirectory() as lists, self.assertRaises(dependencies.Unasked):
            dependencies.newest([debian("zlib1g")], pathlib.Path(lists), answers())

    def test_a_licence_that_is_not_allowed_or_not_known_is_found(self):
        parts = [debian("zlib1g"), debian("evil", licence="AGPL-3"), debian("dark", licence=None),
                 debian("libk", licence=None, source="krb5"), npm("vue", "(MIT OR AGPL-3)"),
                 npm("both", "MIT AND AGPL-3")]
        self.assertEqual(dependencies.licences(parts, RECORD),
                         ["both: MIT AND AGPL-3 is not allowed", "dark: no licence is known",
                          "evil: AGPL-3 is not allowed"])

    def test_a_part_that_nobody_recorded_is_found(self):
        parts = [debian("zlib1g", source="zlib"), npm("vue"), npm("left-pad")]
        self.assertEqual(dependencies.recorded(parts, RECORD),
                         ["left-pad is not in docs/decisions/dependencies.md"])

    def test_known_faults_are_found_in_what_is_shipped(self):
        said = answers(debsecan="CVE-2026-1 zlib1g\nCVE-2026-2 vim\n",
                       npm=json.dumps({"vulnerabilities": {
                           "vue": {"severity": "high", "range": "<3"},
                           "vite": {"severity": "high", "range": "<7"}}}))
        self.assertEqual(dependencies.debian_faults([debian("zlib1g")], said),
                         ["zlib1g: CVE-2026-1 is mended in Debian"])
        self.assertEqual(dependencies.npm_faults([npm("vue")], said), ["vue: high, <3"])

    def test_who_does_not_answer_is_told_and_not_taken_for_clean(self):
        refused = answers(npm='{"message": "405 Method Not Allowed"}')
        out = io.StringIO()
        found, unasked = dependencies.report(
            [("npm", lambda: dependencies.npm_faults([], refused)), ("one", lambda: ["bad"])], out)
        self.assertEqual((found, unasked), (1, 1))
        self.assertIn("NOT ASKED  npm: npm audit: 405 Method Not Allowed", out.getvalue())
        self.assertIn("1 found, 1 of 2 questions not asked", out.getvalue())
        silent = answers()
        with self.assertRaises(dependencies.Unasked):
            dependencies.npm_faults([], silent)

    def test_the_project_s_own_record_can_be_read(self):
        record = dependencies.Record(dependencies.RECORD.read_text(encoding="utf-8"))
        self.assertIn("openssl", record.parts)
        self.assertIn("mit", record.allowed)
        self.assertEqual(record.read["qpdf"], "Apache-2.0")
        locked = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
        shipped = [npm(path.split("node_modules/")[-1], one.get("license", ""))
                   for path, one in locked["packages"].items()
                   if path and not one.get("dev") and not one.get("optional")]
        self.assertEqual(dependencies.recorded(shipped, record), [])
        self.assertEqual(dependencies.licences(shipped, record), [])


if __name__ == "__main__":
    unittest.main()
