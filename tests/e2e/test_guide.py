"""The commands of the README and of docs/guide, run as they stand: `sh` blocks in order, in one
shell."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from support import ROOT, own_net, tool
from node import program


def blocks(page, language):
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


class Guide(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="bashu-guide-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        binaries = self.dir / "bin"
        binaries.mkdir()
        (binaries / "bashu").symlink_to(program())
        self.work = self.dir / "work"
        self.work.mkdir()
        self.environment = {**os.environ, "BASHU_LANG": "en",
                            "PATH": f"{binaries}:{os.environ['PATH']}"}
        self.environment.setdefault("GOCACHE", str(self.dir / "go"))
        self.net = own_net()

    def shell(self, *pages):
        script = "\n".join(block for page in pages for block in blocks(page, "sh"))
        script = re.sub(r"127\.0\.0\.", self.net + ".", script)
        # `head` ends a program that still writes, which `pipefail` takes for a failure.
        script = re.sub(r"\| head\b", "| sed -n 1,10p", script)
        done = tool("bash", "-euo", "pipefail", "-c",
                    "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + script, cwd=self.work,
                    env=self.environment)
        self.assertEqual(done.returncode, 0, (done.stdout + done.stderr).decode()[-3000:])
        return done.stdout.decode()

    def test_operating(self):
        for file in ("packs/household-migration.yaml", "circles/calendar-cn.yaml"):
            shutil.copy(ROOT / file, self.work)
        said = self.shell("docs/guide/operating.md", "docs/guide/backup.md")
        self.assertIn("the two agree", said)
        self.assertIn("2026-02-28", said)
        self.assertIn('"today":"2026-03-03"', said)
        self.assertIn('"held":[]', said)
        self.assertIn("snapshot of", said)
        self.assertIn("everything was verified", said)
        self.assertIn("it begins guarded", said)

    def test_packs(self):
        (yaml,) = blocks("docs/guide/packs.md", "yaml")
        (self.work / "lending.yaml").write_text(yaml, encoding="utf-8")
        said = self.shell("docs/guide/packs.md")
        self.assertIn("lending.yaml: 2 scenarios, 9 steps, 0 failed", said)

    def test_readme_figures_and_api(self):
        """Against the demo, which stays up; the large files of its circle are thinned out."""
        project = self.work
        for name in ("tests", "packs"):
            (project / name).symlink_to(ROOT / name)
        demo = subprocess.Popen(
            [sys.executable, ROOT / "tools" / "demo" / "demo.py", "--dir", project / "build" / "demo",
             "--net", self.net,
             "--trips", "1", "--scale", "1", "--riders", "2000", "--lang", "en"], stdout=subprocess.PIPE, text=True)
        try:
            for line in demo.stdout:
                if "journal verify" in line:
                    break
            tour = self.shell("README.md")
            figures = self.shell("docs/guide/figures.md")
            said = self.shell("docs/guide/api.md")
        finally:
            demo.terminate()
            demo.wait(60)
            demo.stdout.close()
        self.assertIn("hand_over", tour)
        self.assertRegex(tour, r"地铁")
        self.assertIn("the two agree", tour)
        self.assertIn("bashu.entry/v1", tour)
        self.assertIn("总览，截至 2022-09-25", tour)
        self.assertRegex(tour, r"published +F10 +95 +2020-12-31")
        self.assertRegex(tour, r"\nX01 +1 +1995-09-15 +#\d+ +entry.code=X01")
        self.assertIn("CY-R-02/sichuan/chongqing  2021-08-31", tour)
        self.assertIn('"row": "F10"', figures)
        self.assertRegex(figures, r"side +chongqing +about 5\.1285 billion yuan of what both hold; "
                         r"here 5,110,851,568\.51 yuan +DIFFER")
        self.assertRegex(figures, r"F10 +首批川渝通办事项 +95  =  95")
        self.assertRegex(figures, r"记录 +gaozhu/91500000MAC000009E/2021 .*双方均有，内容不同")
        self.assertIn('"state":"consult"', said)
        self.assertIn("not_owner", said)
        self.assertIn("bashu.entry/v1", said)


if __name__ == "__main__":
    unittest.main()
