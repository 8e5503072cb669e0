"""Hooks for mkdocs: pages at the repository's root, links out of the site, GitHub's anchors, Chinese pages."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = {
    "README.md": "index.md",
    "README.zh-CN.md": "zh-CN.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
}
"""Files at the root, and their names on the site. The other pages are in docs/."""
_REPOSITORY: Final = "https://github.com/acctgate/acctgate/tree/main/"
_LINK: Final = re.compile(r'(\]\(|(?:src|srcset)=")([^()\s#"]+)(?=[#)"])')
"""A link in Markdown, which mkdocs resolves later, or in HTML, which it does not change."""


def slug(heading: str, separator: str = "-") -> str:
    """Return the anchor of a heading, as on GitHub."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", separator)


def on_config(config: Any) -> None:
    """Use GitHub's anchors, so that a link works on both."""
    config.mdx_configs["toc"]["slugify"] = slug


def on_files(files: Any, config: Any) -> None:
    """Add the pages at the root."""
    from mkdocs.structure.files import File  # type: ignore[import-not-found]  # noqa: PLC0415 - only the site has it

    for name, uri in PAGES.items():
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / name)))


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Point links to the page of the site, or to the repository."""
    source = Path(page.file.abs_src_path)
    known = {Path(file.abs_src_path): file for file in files if file.abs_src_path}

    def moved(link: re.Match[str]) -> str:
        before, target = link.groups()
        if "://" in target:
            return link[0]
        path = (source.parent / target).resolve()
        if path not in known:
            return f"{before}{_REPOSITORY}{path.relative_to(ROOT).as_posix()}"
        if before != "](":
            return f"{before}{known[path].url_relative_to(page.file)}"
        return f"{before}{posixpath.relpath(known[path].src_uri, posixpath.dirname(page.file.src_uri))}"

    return _LINK.sub(moved, markdown)


def on_page_context(context: Any, page: Any, config: Any, nav: Any) -> None:
    """Set the theme's language to that of the page."""
    config.theme["language"] = "zh" if page.file.src_uri.endswith("zh-CN.md") else "en"
