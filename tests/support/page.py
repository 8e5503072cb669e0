"""Reads the HTML page strictly."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import Final

_VOID: Final = {"meta", "input", "br", "wbr", "path"}
"""Elements without content: those of HTML, and those of SVG, which close themselves."""
_CLOSES: Final = {
    "tr": {"td", "th", "tr"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tbody": {"td", "th", "tr", "tbody", "thead"},
}
"""Elements whose end tag may be missing before one of these others."""
_ENDED: Final = {"td", "th", "tr", "tbody", "thead"}
_HTML: Final = (
    "html head meta title style body a i input label header p h1 h2 h3 span dl div dt dd main section table thead "
    "tbody tr th td ul li small abbr wbr details summary nav b bdi svg path rect circle text figure form select option "
    "button script"
)
_KEYS: Final = (
    "lang charset http-equiv content name class href type id for checked tabindex hidden role autocomplete value scope "
    "title data-v data-f data-g data-n data-zh data-en data-count open colspan aria-hidden aria-labelledby viewbox d "
    "x y cx cy r width height text-anchor"
)
ELEMENTS: Final = set(_HTML.split())
ATTRIBUTES: Final = set(_KEYS.split())
_LEVELS: Final = {"m": "mandatory", "r": "remediate", "a": "advisory", "d": "disabled"}


class Page(HTMLParser):
    """Reads a page, and fails where it is not balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[tuple[str, str, str]] = []
        """The rows of accounts: outcome, level and rule."""
        self.counts: dict[str, int] = {}
        self.accounts: list[dict[str, str | None]] = []
        self.hidden = Counter[str]()
        self._group = ("", "")
        self._rules: list[str] | None = None
        self._count: str | None = None
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), "no attribute twice"
        self.tags.append((tag, given))
        while self.open and self.open[-1] in _CLOSES.get(tag, ()):
            self._end(self.open.pop())
        if tag not in _VOID:
            self.open.append(tag)
        if "hidden" in given:
            self.hidden[tag] += 1
        if tag == "details" and given.get("class") == "a":
            self.accounts.append(given)
        if tag == "tbody":
            outcome, _, level = (given.get("class") or "").partition(" ")
            self._group = (outcome, _LEVELS.get(level, ""))
        if tag == "th" and given.get("scope") == "row" and self._group[0]:
            self._rules = []
        self._count = given.get("data-count") or (given.get("id") if tag == "b" else None)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        while self.open and self.open[-1] != tag and self.open[-1] in _ENDED:
            self._end(self.open.pop())
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"
        self._end(tag)

    def _end(self, tag: str) -> None:
        if tag == "th" and self._rules is not None:
            for rule in "".join(self._rules).strip().split(", "):
                name, _, times = rule.partition(" × ")
                self.rows += [(*self._group, name)] * int(times or 1)
            self._rules = None
        if tag == "tbody":
            self._group = ("", "")

    def handle_data(self, data: str) -> None:
        if self._rules is not None:
            self._rules.append(data)
        if self._count:
            self.counts[self._count] = self.counts.get(self._count, 0) + int(data.replace(",", ""))
            self._count = None
