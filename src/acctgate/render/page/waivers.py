"""The waivers that want attention."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from acctgate.model.waiver import WaiverNotice
from acctgate.render.page import texts
from acctgate.render.page.markup import both, safe

_SHOWN: Final = 50
"""How many are shown; the others are counted."""


def waivers(notices: Sequence[WaiverNotice]) -> Iterator[str]:
    """The section, empty where there are none. What is said of them is English: it names people and reasons."""
    if not notices:
        return
    yield f"<section><h2>{both(texts.WAIVERS)}</h2><ul>"
    for notice in notices[:_SHOWN]:
        yield f"<li><b>{both(texts.NOTICES[notice.state])}</b> {safe(notice.located, 600)}</li>"
    yield "</ul>"
    if len(notices) > _SHOWN:
        yield f"<p class=dim>{both(texts.cut_notices(len(notices) - _SHOWN))}</p>"
    yield "</section>\n"
