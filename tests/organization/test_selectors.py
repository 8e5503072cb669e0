"""Selectors: which accounts each form selects, and what is invalid."""

from __future__ import annotations

import pytest

from acctgate.model.member import Member
from acctgate.model.run import Entry
from acctgate.organization.selectors import Selector

WEB = Entry("111", "web-1", member=Member(folder="/prod/web", tags={"env": "prod"}, labels={"team": "x"}))
BARE = Entry("222")


@pytest.mark.parametrize(
    ("text", "selected"),
    [
        ("id=111", True),
        ("id=11", False),
        ("id=1*", True),
        ("alias=web-*", True),
        ("alias=WEB-*", False),
        ("folder=/prod", True),
        ("folder=/prod/", True),
        ("folder=/prod/web", True),
        ("folder=/prod/*", True),
        ("folder=/pro", False),
        ("folder=/prod/web/deep", False),
        ("folder=/", True),
        ("folder=/*/web", True),
        ("folder=/prod/web/*", True),
        ("tag:env=prod", True),
        ("tag:env=p*", True),
        ("tag:env=dev", False),
        ("tag:other=prod", False),
        ("tag:env=*", True),
        ("label:team=x", True),
        ("label:env=prod", False),
    ],
)
def test_what_a_selector_selects(text: str, selected: bool) -> None:
    assert Selector.of(text).matches(WEB) is selected
    if not text.startswith("id="):
        unknown = False if text.startswith("label:") else None
        assert Selector.of(text).matches(BARE) is unknown


@pytest.mark.parametrize(
    "text", ["", "prod", "id", "id=", "name=x", "tag=prod", "tag:=x", "id:x=1", "folder=prod", "folder=*", "tag:env="]
)
def test_an_invalid_selector(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid selector|a folder is a path"):
        Selector.of(text)


@pytest.mark.parametrize("text", ["id=1", "alias=a*", "folder=/prod", "tag:env=x", "label:a=b"])
def test_a_selector_as_text(text: str) -> None:
    assert str(Selector.of(text)) == text
