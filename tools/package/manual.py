#!/usr/bin/env python3
"""The manual and the completion of the shell, both out of what `bashu --help` says.

Usage: manual.py BASHU OUT. Writes OUT/man/bashu.1, OUT/man/zh_CN/bashu.1 and OUT/completion/bashu.
"""
import pathlib
import re
import subprocess
import sys

TITLES = {"en": ("NAME", "COMMANDS", "ENVIRONMENT", "SEE ALSO"), "zh": ("名称", "命令", "环境", "参见")}
NAMES = {"en": "services, projects and settlements that governments run as one",
         "zh": "让彼此独立的政府像一家一样办理服务、项目和清算"}
ENVIRONMENT = {
    "BASHU_API, BASHU_KEY, BASHU_CA": ("address of a node's API, secret of a key, its authority", "节点 API 地址、密钥及其签发机构"),
    "BASHU_LANG": ("zh or en", "zh 或 en"),
    "BASHU_VAULT_KEY_FILE": ("file with the key that wraps the vault", "密钥库包装密钥的文件"),
    "BASHU_PIN_FILE": ("file with the PIN of the token that holds keys of the node", "存放节点密钥的令牌的 PIN 文件"),
    "BASHU_BACKUP_KEY_FILE": ("file with the key of the backups", "备份密钥的文件"),
    "BASHU_OBJECTS_KEY_FILE": ("file with the keys of the object store that holds documents, ID:SECRET",
                               "存放对象存储密钥的文件，一行 ID:SECRET"),
    "BASHU_LEFT_KEY, BASHU_RIGHT_KEY": ("keys of the two registers that bashu reconcile compares, where they differ",
                                        "bashu reconcile 核对的两侧登记簿各自的 API 密钥"),
}


def page_of(program, language, command):
    done = subprocess.run([program, "--lang", language, *command, "--help"], capture_output=True, text=True,
                          check=True)
    return done.stdout


def pages(program, language, command=()):
    """(command, page) of all commands, from the top."""
    page = page_of(program, language, command)
    yield command, page
    below = re.search(r"(?m)^(?:Subcommands|子命令):\n((?:  .*\n)+)", page)
    for name in re.findall(r"(?m)^  ([a-z-]+) ", below.group(1)) if below else ():
        yield from pages(program, language, (*command, name))


def quoted(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def manual(program, language):
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    name, commands, environment, see = TITLES[language]
    out = [f'.TH BASHU 1 "" "Bashu {version}" ""', f".SH {name}", f"bashu \\- {quoted(NAMES[language])}",
           f".SH {commands}"]
    for command, page in pages(program, language):
        out += [f".SS {quoted(' '.join(('bashu', *command)))}", ".nf", quoted(page.rstrip()), ".fi"]
    out.append(f".SH {environment}")
    for variable, texts in ENVIRONMENT.items():
        out += [".TP", f".B {variable}", quoted(texts[language == "zh"])]
    out += [f".SH {see}", quoted("/usr/share/doc/bashu, systemctl(1), promtool(1)")]
    return "\n".join(out) + "\n"


def completion(program):
    """Subcommands and options by what was typed before; files else."""
    lines = ["# bash completion of bashu: made from its --help.", "_bashu() {",
             "  local word=${COMP_WORDS[COMP_CWORD]} said= i words=", "  for ((i = 1; i < COMP_CWORD; ++i)); do",
             "    case $said/${COMP_WORDS[i]} in"]
    found = {command: page for command, page in pages(program, "en")}
    paths = ["/".join(("", *command)) for command in found if command]
    lines += [f"      {'|'.join(paths)}) said=$said/${{COMP_WORDS[i]}} ;;", "    esac", "  done", "  case $said in"]
    for command, page in found.items():
        names = [one[-1] for one in found if one[:-1] == command and one]
        options = re.findall(r"(?m)^  (?:-\w,)?(--[a-z-]+)", page)
        lines.append(f"    '{'/'.join(('', *command)) if command else ''}') words='{' '.join(names + options)}' ;;")
    lines += ["  esac", '  COMPREPLY=($(compgen -W "$words" -- "$word"))', "}",
              "complete -o bashdefault -o default -F _bashu bashu"]
    return "\n".join(lines) + "\n"


def main():
    program, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    for path, text in ((out / "man" / "bashu.1", manual(program, "en")),
                       (out / "man" / "zh_CN" / "bashu.1", manual(program, "zh")),
                       (out / "completion" / "bashu", completion(program))):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


main()
