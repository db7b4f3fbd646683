#!/usr/bin/env python3
"""What `tools/check_guides.py` finds: each test changes one thing of two pages that are alike, and reads what is said of it."""
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

ENGLISH = """\
# Keys

[中文](zh/keys.md)

What to do, [in a token](token.md#the-pin): see [below](#lost-stolen), [text](../text.md) and <https://a.example>.

1. Stop the node:

   ```sh
   systemctl stop bashu@sichuan      # at every machine
   ```
2. Give `--since` a
   time.

## Lost, stolen

| key | |
|---|---|
| `root` | none |
| `seal` | some |

```
### no heading, and | no table
```
"""

CHINESE = """\
# 密钥

[English](../keys.md)

处理办法，[在令牌中](token.md#pin-码)：见[下文](#遗失被盗)、[文字](../../text.md)和 <https://a.example>。

1. 停止节点：

   ```sh
   systemctl stop bashu@sichuan      # at every machine
   ```
2. 以 `--since` 给出时间。

## 遗失、被盗

| 密钥 | |
|---|---|
| `root` | 无 |
| `seal` | 有 |

```
### no heading, and | no table
```
"""


def dated(chinese, english):
    return f"{chinese}\n<!-- of: {hashlib.sha256(english.encode()).hexdigest()[:12]} -->\n"


class Guides(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="bashu-guides-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("docs/text.md", "# Text\n")
        token = "# Keys in a token\n\n[中文](zh/token.md)\n\n## The PIN\n"
        self.write("docs/guide/token.md", token)
        self.write("docs/guide/zh/token.md", dated("# 令牌中的密钥\n\n[English](../token.md)\n\n## PIN 码\n", token))
        self.pair(ENGLISH, CHINESE)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def pair(self, english, chinese):
        self.write("docs/guide/keys.md", english)
        self.write("docs/guide/zh/keys.md", dated(chinese, english))

    def said(self, expected):
        """What the check prints, and that it exits with what is expected."""
        done = subprocess.run([sys.executable, "-B", ROOT / "tools" / "check_guides.py", self.root], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (expected, ""), done.stdout)
        return done.stdout.splitlines()

    def finds(self, *findings):
        self.assertEqual(self.said(1), [f"docs/guide/zh/keys.md: {finding}" for finding in findings])

    def changed(self, old, new):
        self.assertEqual(CHINESE.count(old), 1)
        self.pair(ENGLISH, CHINESE.replace(old, new))

    def test_pages_that_are_alike(self):
        self.assertEqual(self.said(0), ["2 pages in Chinese, each as its English page"])

    def test_a_heading_of_another_level(self):
        self.changed("## 遗失", "### 遗失")
        self.finds("2 headings of levels [1, 3], the English page has 2 of [1, 2]")

    def test_a_code_block_that_says_something_else(self):
        self.changed("# at every machine", "# 每台机器")
        self.finds("code block 1 is not that of the English page: ['   systemctl stop bashu@sichuan      # 每台机器']")

    def test_a_code_block_that_is_missing(self):
        self.changed("```\n### no heading, and | no table\n```\n", "")
        self.finds("1 code blocks, the English page has 2")

    def test_a_row_that_is_missing(self):
        self.changed("| `seal` | 有 |\n", "\n`seal`：有\n")
        self.finds("tables of [3] rows, those of the English page have [4]")

    def test_rows_in_another_order(self):
        self.changed("| `root` | 无 |\n| `seal` | 有 |\n", "| `seal` | 有 |\n| `root` | 无 |\n")
        self.finds("row 3 of the tables names ['seal'], that of the English page ['root']")

    def test_a_step_that_is_missing(self):
        self.changed("2. 以 `--since`", "以 `--since`")
        self.finds("1 items of lists, the English page has 2")

    def test_an_option_that_is_called_otherwise(self):
        self.changed("`--since`", "`--until`")
        self.finds("`--since` is missing", "`--until` does not stand in the English page")

    def test_links_to_other_pages(self):
        self.changed("[文字](../../text.md)", "[文字](https://b.example)")
        self.finds("no link to text.md, as the English page has", "the link to https://b.example does not stand in the English page")

    def test_links_that_lead_nowhere(self):
        self.changed("](#遗失被盗)、[文字](../../text.md)", "](#lost-stolen)、[文字](../text.md)")
        self.finds("the link #lost-stolen leads to no heading of keys.md", "the link ../text.md leads to no file")

    def test_a_link_to_the_english_page_where_there_is_a_twin(self):
        self.changed("token.md#pin-码", "../token.md#the-pin")
        self.finds("the link ../token.md#the-pin leads to the English page; its twin is there")

    def test_an_english_page_with_a_broken_link(self):
        self.pair(ENGLISH.replace("#the-pin", "#the-pins"), CHINESE)
        self.assertEqual(self.said(1), ["docs/guide/keys.md: the link token.md#the-pins leads to no heading of token.md"])

    def test_pages_that_do_not_name_each_other(self):
        self.pair(ENGLISH.replace("[中文](zh/keys.md)\n\n", ""), CHINESE.replace("[English](../keys.md)\n\n", ""))
        self.finds("no link to its English page, [English](../keys.md)", "the English page has no link to it, [中文](zh/keys.md)")

    def test_an_english_page_that_changed(self):
        english = ENGLISH.replace("Stop the node:", "Stop every node:")
        self.write("docs/guide/keys.md", english)
        digest = hashlib.sha256(english.encode()).hexdigest()[:12]
        self.finds(f"the English page has changed since; compare and put {digest}")

    def test_a_page_without_a_digest(self):
        self.write("docs/guide/zh/keys.md", CHINESE)
        self.finds(f"the last line is expected to be <!-- of: {hashlib.sha256(ENGLISH.encode()).hexdigest()[:12]} -->")

    def test_a_guide_without_a_twin_and_a_twin_without_a_guide(self):
        self.write("docs/guide/objects.md", "# Objects\n")
        self.write("docs/zh/security.md", "# 安全\n")
        self.assertEqual(self.said(1), ["docs/guide/objects.md: there is no Chinese page zh/objects.md",
                                        "docs/zh/security.md: there is no English page docs/security.md"])

    def test_a_guide_that_the_index_does_not_name(self):
        index = "# Guides\n\n[中文](zh/README.md)\n\n[Keys](keys.md)\n"
        self.write("docs/guide/README.md", index)
        self.write("docs/guide/zh/README.md", dated("# 指南\n\n[English](../README.md)\n\n[密钥](keys.md)\n", index))
        self.assertEqual(self.said(1), ["docs/guide/README.md: token.md is not named"])

    def test_a_chinese_link_of_an_alarm(self):
        self.write("docs/alarms/BashuDown.md", "# Down\n\n[Keys](../guide/keys.md)\n\n[密钥](../guide/keys.md)\n")
        self.assertEqual(self.said(1), ["docs/alarms/BashuDown.md: the link ../guide/keys.md leads to the English page; its twin is there"])


if __name__ == "__main__":
    unittest.main()
