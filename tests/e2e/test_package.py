"""The Debian package of this build: what is in it, and that systemd, man, the shell and dpkg take it. In a
root of its own, with a node that serves: tools/package/clean_root.sh (`./dev package test`)."""

import gzip
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from support import ROOT, tool
from node import program


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="bashu-package-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, ignore_errors=True)
        made = tool(ROOT / "tools" / "package" / "package.sh", program().parent, cls.dir)
        assert made.returncode == 0, made.stderr.decode()
        cls.deb = pathlib.Path(made.stdout.decode().strip())
        cls.root = cls.dir / "root"
        subprocess.run(["dpkg-deb", "--extract", cls.deb, cls.root], check=True)

    def test_it_says_what_it_needs_and_keeps_what_was_configured(self):
        control = tool("dpkg-deb", "--field", self.deb).stdout.decode()
        self.assertRegex(control, r"(?m)^Depends: .*\blibssl3\b")
        self.assertIn(f"Version: {tool(program(), '--version').stdout.decode().strip()}\n", control)
        listed = tool("dpkg-deb", "--info", self.deb, "conffiles").stdout.decode()
        self.assertEqual(listed.split(), ["/etc/logrotate.d/bashu"])

    def test_the_program_in_it_runs_and_has_its_pages(self):
        said = tool(self.root / "usr" / "bin" / "bashu", "--help")
        self.assertEqual(said.returncode, 0, said.stderr)
        for face in ("portal", "console"):
            self.assertTrue((self.root / "usr/share/bashu/web" / face / "index.html").is_file(), face)

    def test_systemd_takes_the_units_and_finds_them_closed(self):
        units = sorted((self.root / "usr/lib/systemd/system").iterdir())
        self.assertEqual([one.name for one in units],
                         ["bashu-backup@.service", "bashu-backup@.timer", "bashu@.service"])
        for unit in units[0], units[2]:
            judged = tool("systemd-analyze", "security", "--offline=true", "--threshold=30", unit)
            self.assertEqual(judged.returncode, 0, judged.stdout.decode()[-400:])
        judged = tool("systemd-analyze", "verify", "--man=false", f"--root={self.root}",
                      *(one.name.replace("@", "@x") for one in units))
        said = judged.stderr.decode()
        self.assertNotRegex(said, r"bashu.*(Unknown|Invalid|ignoring|bin/bashu is not)", said)

    def test_man_takes_the_manual_in_both_languages(self):
        for language, heading in (("", "COMMANDS"), ("zh_CN", "命令")):
            page = self.root / "usr/share/man" / language / "man1" / "bashu.1.gz"
            text = gzip.decompress(page.read_bytes()).decode()
            self.assertIn(f".SH {heading}", text)
            for command in ("bashu backup", "bashu journal verify", "bashu user add"):
                self.assertIn(command, text)
            shown = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", page], capture_output=True,
                                   check=False, env={"PATH": "/usr/bin:/bin", "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
            self.assertEqual((shown.returncode, shown.stderr.decode()), (0, ""))
            self.assertIn(heading, shown.stdout.decode())

    def test_the_shell_completes_commands_and_options(self):
        script = self.root / "usr/share/bash-completion/completions/bashu"

        def completed(*words):
            done = subprocess.run(
                ["bash", "-c", f'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bashu; echo "${{COMPREPLY[@]}}"',
                 script, *words], capture_output=True, text=True, check=True)
            return done.stdout.split()

        self.assertEqual(completed("bashu", "backu"), ["backup"])
        self.assertIn("verify", completed("bashu", "journal", ""))
        self.assertEqual(completed("bashu", "journal", "verify", "--nothing"), [])
        self.assertIn("--metrics", completed("bashu", "serve", "somewhere", "--me"))

    def test_documents_lead_nowhere_that_is_not_there(self):
        folder = self.root / "usr/share/doc/bashu"
        for page in folder.rglob("*.md"):
            for link in re.findall(r"\]\(([^)#:]+\.(?:md|png))", page.read_text(encoding="utf-8")):
                if (ROOT / "docs" / page.relative_to(folder).parent / link).resolve().is_relative_to(ROOT / "docs"):
                    self.assertTrue((page.parent / link).exists(), f"{page.relative_to(folder)}: {link}")


if __name__ == "__main__":
    unittest.main()
