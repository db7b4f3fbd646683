"""The servers of tests that come from Maven: what a pom.xml names, and all that needs to run."""

import pathlib
import shutil
import subprocess

from support import ROOT


def jars(name):
    """The class path of tests/e2e/NAME/pom.xml."""
    pom = pathlib.Path(__file__).with_name(name) / "pom.xml"
    folder = ROOT / "build" / "peers" / name
    kept = folder / "pom.xml"
    if not kept.exists() or kept.read_text() != pom.read_text():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run(["mvn", "-q", "-B", "-f", pom, "dependency:copy-dependencies",
                        f"-DoutputDirectory={folder}"], check=True)
        shutil.copy(pom, kept)
    return f"{folder}/*"
