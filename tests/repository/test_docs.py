"""The documentation: links resolve, pictures show today's output, and both READMEs have the same content."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import unquote

import pytest
import yaml
from defusedxml.ElementTree import parse
from rich.text import Text

from acctgate.reference.labels import LABELS, Labels
from acctgate.rules import RULES
from tests.support import ROOT
from tests.support.process import run_here
from tests.support.tools import load_tool

DOCS: Final = ROOT / "docs"
IMAGES: Final = DOCS / "images"
_FENCE: Final = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r'\]\(([^()\s]+)\)|\b(?:src|srcset|href)="([^"]+)"')
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PORT: Final = re.compile(r"(?<=127\.0\.0\.1:)\d+?(?=at|\b)")
_DAYS: Final = re.compile(r"[\d.,]+(?=days\s*old)")
"""How old a report is: another number each day."""


SITE: Final = load_tool("docs_site")
PICTURES: Final = load_tool("pictures")
SOURCES: Final = sorted([*(ROOT / name for name in SITE.PAGES), *DOCS.rglob("*.md")])


def readme(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def anchors(path: Path) -> set[str]:
    """Where a link into a Markdown file can lead."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} (.+)$", _FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE):
        name = SITE.slug(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading))
        found[name] = found.get(name, -1) + 1
    return {f"{name}-{count}" if count else name for name, last in found.items() for count in range(last + 1)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", path.read_text(encoding="utf-8")))
    for link in ("".join(groups) for groups in _LINK.findall(text)):
        if "://" in link:
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists() and target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("label", LABELS.values(), ids=lambda label: label.file)
def test_the_examples_of_rules_hold(label: Labels, tmp_path: Path) -> None:
    page = (DOCS / label.file).read_text(encoding="utf-8")
    for section in page.split("\n## ")[1:]:
        rule = section.partition("\n")[0]
        for outcome, example in zip(
            ("pass", "fail"), re.findall(r"```yaml\n(.*?)```", section, re.DOTALL), strict=True
        ):
            folder = tmp_path / rule / outcome
            folder.mkdir(parents=True)
            (folder / "example.yaml").write_text(example, encoding="utf-8")
    done = run_here("test", str(tmp_path), cwd=ROOT)
    assert f"{2 * len(RULES)} examples: {2 * len(RULES)} passed" in done.stdout.splitlines()
    assert (done.status, done.stderr) == (0, "")


def test_links_are_found_and_not_all_lead_somewhere() -> None:
    """The test above can fail."""
    assert _LINK.findall('[a](b.md#c) <img src="d.png">') == [("b.md#c", ""), ("", "d.png")]
    assert {"try-it", "minimum-permissions"} < anchors(ROOT / "README.md")
    assert "no-such-heading" not in anchors(ROOT / "README.md")


def test_every_page_is_in_the_sites_navigation_and_exists() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = sorted(_named(yaml.safe_load(text)["nav"]))
    assert named == sorted({*SITE.PAGES.values(), *(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))})


def _named(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    return [name for entry in (nav.values() if isinstance(nav, dict) else nav) for name in _named(entry)]


def test_the_site_turns_links_to_where_things_are() -> None:
    page = SimpleNamespace(file=SimpleNamespace(abs_src_path=str(ROOT / "README.md"), src_uri="index.md"))
    rules = SimpleNamespace(abs_src_path=str(DOCS / "rules.md"), src_uri="rules.md")

    def turned(markdown: str) -> Any:
        return SITE.on_page_markdown(markdown, page, None, [rules])

    assert turned("[r](docs/rules.md#root-mfa)") == "[r](rules.md#root-mfa)"
    assert turned("[p](policies/)") == "[p](https://github.com/acctgate/acctgate/tree/main/policies)"
    assert turned("[w](https://example.com/a.md) [t](#top)") == "[w](https://example.com/a.md) [t](#top)"


def test_the_sites_generator_is_pinned_with_hashes() -> None:
    lock = (ROOT / "requirements/docs.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^(\S+)==\S+ \\\n    --hash=sha256:", lock, re.MULTILINE)
    assert "mkdocs-material" in pins and len(pins) == lock.count("==")
    assert "://" not in lock


def test_the_picture_of_the_verdict_is_what_is_printed_today() -> None:
    lines = Text.from_ansi(PICTURES.verdict()).plain.splitlines()
    shown = [line for line in _shown(IMAGES / "verdict.svg") if line]
    printed = ["".join(line.split()) for line in [f"$ {PICTURES.SHOWN}", *lines]]
    texts = ["\n".join(shown), "\n".join(filter(None, printed))]
    shown_text, printed_text = (_PORT.sub("P", _TIME.sub("T", _DAYS.sub("N", text))) for text in texts)
    assert shown_text == printed_text


def _shown(path: Path) -> list[str]:
    """Return the lines of text in a picture of a terminal, without blanks."""
    lines: dict[float, str] = {}
    for element in parse(path).iter("{http://www.w3.org/2000/svg}text"):
        if "clip-path" in element.attrib:  # the title has none
            place = float(element.attrib["y"])
            lines[place] = lines.get(place, "") + "".join((element.text or "").split())
    return [lines[place] for place in sorted(lines)]


def test_the_picture_of_the_verdict_loads_nothing() -> None:
    text = (IMAGES / "verdict.svg").read_text(encoding="utf-8")
    assert not re.search(r"@import|@font-face|<(script|image|foreignObject)|href=", text)
    assert set(re.findall(r"url\((.)", text)) == {"#"}


@pytest.mark.parametrize("name", ["page.png", "page-dark.png"])
def test_the_pictures_of_the_page_are_small(name: str) -> None:
    content = (IMAGES / name).read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) < 250_000


def test_both_readmes_have_the_same_commands() -> None:
    english, chinese = (_code(readme(label.readme)) for label in LABELS.values())
    assert len(english) > 10
    assert chinese == english


def _code(text: str) -> list[str]:
    """Return the blocks of code, without comments, which may be translated."""
    return [
        re.sub(r"\s+#.*$", "", block, flags=re.MULTILINE) for block in re.findall(r"```\w+\n.*?```", text, re.DOTALL)
    ]


def test_both_readmes_have_the_same_tables() -> None:
    """The same commands, exit statuses and rules, row by row: each row's code spans, and a number at its beginning."""
    english, chinese = (_rows(readme(label.readme)) for label in LABELS.values())
    assert len(english) > len(RULES)
    assert chinese == english


def _rows(text: str) -> list[tuple[list[str], list[str]]]:
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [(re.findall(r"`([^`]+)`", line), re.findall(r"^\| (\d)", line)) for line in lines]


def test_both_readmes_have_the_same_sections_and_lead_to_each_other() -> None:
    english, chinese = (_FENCE.sub("", readme(label.readme)) for label in LABELS.values())
    assert len(re.findall(r"^## ", english, re.MULTILINE)) == len(re.findall(r"^## ", chinese, re.MULTILINE))
    assert "English | [简体中文](README.zh-CN.md)" in english.splitlines()[:5]
    assert "[English](README.md) | 简体中文" in chinese.splitlines()[:5]
    pictures = re.findall(r"docs/images/[\w.-]+", english)
    assert len(pictures) == 3 and re.findall(r"docs/images/[\w.-]+", chinese) == pictures
