"""What the demo says: every line in Chinese and English, or in one of them."""

import sys
import time

INDENT = "          "
QUIET_S = 10  # without a terminal, a long step says this often how far it is


class Story:
    def __init__(self, language="both", out=None):
        self.languages = ("zh", "en") if language == "both" else (language,)
        self.out = out or sys.stdout
        self.begun = self.told = time.monotonic()
        self._passing = 0  # characters of the progress that stands on the last line

    def _pass(self):
        if self._passing:
            print("\r" + " " * self._passing + "\r", end="", file=self.out)
            self._passing = 0

    def _lines(self, indent, zh, en):
        self._pass()
        for language, text in (("zh", zh), ("en", en)):
            if language in self.languages:
                print(indent + text, file=self.out, flush=True)
        self.told = time.monotonic()

    def chapter(self, zh, en):
        seconds = time.monotonic() - self.begun
        self._pass()
        print(file=self.out)
        self._lines(f"[{seconds:5.1f} s] ", zh, en)

    def say(self, zh, en):
        self._lines(INDENT, zh, en)

    def progress(self, zh, en):
        """How far a long step is: in a terminal on a line that goes away, else now and then."""
        terminal = self.out.isatty()
        if time.monotonic() < self.told + (0.2 if terminal else QUIET_S):
            return
        text = self.word(zh, en)
        if not terminal:
            print(INDENT + "… " + text, file=self.out, flush=True)
        else:
            self._pass()
            print("\r" + INDENT + text, end="", file=self.out, flush=True)
            self._passing = len(INDENT) + 2 * len(text)  # a Chinese character is two wide
        self.told = time.monotonic()

    def block(self, command, text):
        """What a command printed, under the command."""
        self._pass()
        print(f"\n{INDENT}$ {command}", file=self.out)
        for line in text.strip("\n").splitlines():
            print((INDENT + line).rstrip(), file=self.out)
        print(file=self.out, flush=True)
        self.told = time.monotonic()

    def line(self, text):
        """The same in every language."""
        self._pass()
        print(INDENT + text, file=self.out, flush=True)
        self.told = time.monotonic()

    def word(self, zh, en):
        """For inside a line: in the one language, or in both."""
        return " ".join(text for language, text in (("zh", zh), ("en", en))
                        if language in self.languages)

    def side(self, party, text):
        self._pass()
        print(f"{INDENT}{party:>10}  {text}", file=self.out, flush=True)
        self.told = time.monotonic()


def tonnes(kilograms):
    return f"{kilograms // 1000:,}.{kilograms % 1000:03d} t"
