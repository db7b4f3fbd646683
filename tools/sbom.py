#!/usr/bin/env python3
"""sbom.py BINARY: what the program is made of, as CycloneDX 1.5 on standard output.

Nothing is listed by hand: libraries are those the binary loads (ldd), libraries of headers those its
objects included (ninja -t deps), each with the Debian package it came from; pages are made from what
web/package-lock.json ships. The same inputs give the same bytes.
"""

import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
# Of the compiler and the C library: what every C++ program is made with.
TOOLS = re.compile(r"^(libc6|libc-bin|linux-libc-dev|libstdc\+\+|libgcc|gcc|g\+\+|cpp)")


def output(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def owners(files):
    """The Debian packages of files, by name; a file that is no package's is left out."""
    found = set()
    names = sorted({str(pathlib.Path(file).resolve()) for file in files} | set(files))
    for at in range(0, len(names), 200):
        said = subprocess.run(["dpkg-query", "-S", *names[at:at + 200]], capture_output=True,
                              text=True, check=False).stdout
        for line in said.splitlines():
            package, _, _ = line.partition(": ")
            if not line.startswith("diversion"):
                found.update(one.strip() for one in package.split(","))
    return {one for one in found if not TOOLS.match(one.split(":")[0])}


def loaded(binary):
    return re.findall(r"=> (/\S+)", output("ldd", str(binary)))


def included(binary):
    headers, counts = set(), False
    for line in output("ninja", "-C", str(binary.parent), "-t", "deps").splitlines():
        if line and not line.startswith(" "):
            counts = not re.search(r"(_test|_fuzz|bashu_testing)\.dir/", line)
        elif counts and line.strip().startswith("/usr/include/"):
            headers.add(line.strip())
    return sorted(headers)


def licences(package):
    """As the package's own machine-readable copyright file says of most of its files."""
    file = pathlib.Path("/usr/share/doc") / package / "copyright"
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    found = re.search(r"^Files: *\*.*?^License: *(\S[^\n]*)", text, re.M | re.S)
    return [{"license": {"name": found.group(1).strip()}}] if found else []


def debian(names):
    form = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n"
    for line in sorted(output("dpkg-query", "-W", "-f", form, *sorted(names)).splitlines()):
        name, version, arch, source, source_version = line.split("\t")
        purl = f"pkg:deb/debian/{name}@{version}?arch={arch}&distro=debian-12"
        yield {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
               "licenses": licences(name),
               "properties": [{"name": "debian:source", "value": f"{source} {source_version}"}]}


def npm():
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    for path, one in sorted(lock["packages"].items()):
        if not path or one.get("dev") or one.get("optional"):
            continue
        name = path.split("node_modules/")[-1]
        purl = f"pkg:npm/{name.replace('@', '%40', 1)}@{one['version']}"
        entry = {"type": "library", "bom-ref": purl, "name": name, "version": one["version"],
                 "purl": purl,
                 "licenses": [{"license": {"name": one["license"]}}] if "license" in one else []}
        algorithm, _, digest = one.get("integrity", "").partition("-")
        if algorithm == "sha512":
            entry["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}]
        yield entry


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    parts = [*debian(owners(loaded(binary)) | owners(included(binary))), *npm()]
    version = re.search(r"project\(\s*\w+\s+VERSION\s+([\d.]+)",
                        (ROOT / "CMakeLists.txt").read_text(encoding="utf-8"))
    digest = hashlib.sha256(binary.read_bytes()).hexdigest()
    subject = {"type": "application", "bom-ref": "bashu", "name": "bashu",
               "version": version.group(1) if version else "0",
               "licenses": [{"license": {"id": "Apache-2.0"}}],
               "hashes": [{"alg": "SHA-256", "content": digest}]}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
           "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'bashu:' + digest)}",
           "metadata": {"component": subject}, "components": parts,
           "dependencies": [{"ref": "bashu", "dependsOn": [one["bom-ref"] for one in parts]}]}
    json.dump(bom, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
