"""On which line of a TOML text each key stands; the standard parser does not tell."""

import re
from bisect import bisect_left
from collections.abc import Mapping

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PLAIN = re.compile(r"[^,\]}\n#]*")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def key_lines(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every table, key, list element and inline key.

    Parameters
    ----------
    text : str
        That a TOML parser has accepted.

    Returns
    -------
    dict
        ``("rules", 3, "when") -> 87``. A text over several lines has the line on which its first
        character stands; anything else that of its key.
    """
    return _Scanner(text).found


def line_of(path: Path, lines: Mapping[Path, int]) -> int:
    """Return the line of a path, or of the nearest table that holds it."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return 1


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.breaks = [place for place, sign in enumerate(self.text) if sign == "\n"]
        self.found: dict[Path, int] = {}
        self.sizes: dict[Path, int] = {}
        here: Path = ()
        while self.skip_blank():
            if self.text.startswith("[[", self.at):
                here = self.header(2)
            elif self.text[self.at] == "[":
                here = self.header(1)
            else:
                self.pair(here)

    def line(self, at: int) -> int:
        return bisect_left(self.breaks, at) + 1

    def skip_blank(self) -> bool:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def header(self, brackets: int) -> Path:
        start = self.at
        self.at += brackets
        keys = self.dotted()
        self.at += brackets
        for end in range(1, len(keys)):
            self.found.setdefault(self.placed(keys[:end]), self.line(start))
        path = (*self.placed(keys[:-1]), keys[-1])
        if brackets == 2:
            place = self.sizes.get(path, 0)
            self.sizes[path] = place + 1
            self.found.setdefault(path, self.line(start))
            path += (place,)
        else:
            path = self.placed(keys)
        self.found[path] = self.line(start)
        return path

    def placed(self, keys: list[str]) -> Path:
        """Return the path of keys in which every list of tables stands for its last one."""
        path: Path = ()
        for key in keys:
            path += (key,)
            if path in self.sizes:
                path += (self.sizes[path] - 1,)
        return path

    def dotted(self) -> list[str]:
        keys = [self.key()]
        while self.skip_blank() and self.text[self.at] == ".":
            self.at += 1
            keys.append(self.key())
        return keys

    def key(self) -> str:
        self.skip_blank()
        if self.text[self.at] in "\"'":
            return self.string()
        found = _BARE.match(self.text, self.at)
        self.at = found.end() if found else self.at + 1
        return found[0] if found else ""

    def pair(self, here: Path) -> None:
        start = self.at
        keys = self.dotted()
        self.at += 1
        for end in range(1, len(keys)):
            self.found.setdefault(here + tuple(keys[:end]), self.line(start))
        self.value(here + tuple(keys), self.line(start))

    def value(self, path: Path, line: int) -> None:
        self.skip_blank()
        self.found[path] = line
        opening = self.text[self.at]
        if opening in "\"'":
            before = self.at
            long = self.text.startswith(opening * 3, before)
            if long:
                first = before + 3 + self.text.startswith("\n", before + 3)
                self.found[path] = self.line(first)
            self.string()
        elif opening == "[":
            self.items(path)
        elif opening == "{":
            self.inline(path)
        else:
            plain = _PLAIN.match(self.text, self.at)
            self.at = plain.end() if plain else self.at + 1

    def items(self, path: Path) -> None:
        self.at += 1
        place = 0
        while self.skip_blank() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.value((*path, place), self.line(self.at))
            place += 1
        self.at += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        while self.skip_blank() and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.pair(path)
        self.at += 1

    def escaped(self) -> str:
        sign = self.text[self.at]
        length = {"u": 4, "U": 8, "x": 2}.get(sign, 0)
        if not length:
            return _ESCAPES.get(sign, sign)
        digits = self.text[self.at + 1 : self.at + 1 + length]
        self.at += length
        return chr(int(digits, 16))

    def string(self) -> str:
        mark = self.text[self.at]
        long = self.text.startswith(mark * 3, self.at)
        closing = mark * (3 if long else 1)
        self.at += len(closing)
        signs: list[str] = []
        while not self.text.startswith(closing, self.at):
            sign = self.text[self.at]
            if mark == '"' and sign == "\\":
                self.at += 1
                sign = self.escaped()
            signs.append(sign)
            self.at += 1
        self.at += len(closing)
        # Up to two marks may stand right before the closing three.
        while long and self.text.startswith(mark, self.at):
            self.at += 1
        return "".join(signs)
