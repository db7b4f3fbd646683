"""What the demo says: every line in Chinese and English, or in one of them."""

import sys
import time


class Story:
    def __init__(self, language="both", out=sys.stdout):
        self.languages = ("zh", "en") if language == "both" else (language,)
        self.out = out
        self.begun = time.monotonic()

    def _lines(self, indent, zh, en):
        for language, text in (("zh", zh), ("en", en)):
            if language in self.languages:
                print(indent + text, file=self.out, flush=True)

    def chapter(self, zh, en):
        seconds = time.monotonic() - self.begun
        print(file=self.out)
        self._lines(f"[{seconds:5.1f} s] ", zh, en)

    def say(self, zh, en):
        self._lines("          ", zh, en)

    def word(self, zh, en):
        """For inside a line: in the one language, or in both."""
        return " ".join(text for language, text in (("zh", zh), ("en", en))
                        if language in self.languages)

    def side(self, party, text):
        print(f"          {party:>10}  {text}", file=self.out, flush=True)


def tonnes(kilograms):
    return f"{kilograms // 1000:,}.{kilograms % 1000:03d} t"
