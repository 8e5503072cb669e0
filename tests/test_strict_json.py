"""Strict JSON: no infinite number, and a limit of depth."""

from __future__ import annotations

import json

import pytest

from acctgate.reading import SourceError
from acctgate.strict_json import MAX_DEPTH, is_too_deep, read_json


def test_a_number_that_is_too_large_is_refused() -> None:
    with pytest.raises(SourceError):
        read_json('{"UnusedAkNum": 1e400}', "x")


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 700, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a": ', "}"), ('[{"]": ', "}]")])
def test_nesting_is_limited_by_depth_alone(depth: int, opening: str, closing: str) -> None:
    """Not by Python's limit for recursion, which depends on who calls."""
    levels = depth // (opening.count("[") + opening.count("{"))
    text = opening * levels + "1" + closing * levels
    if depth == MAX_DEPTH:
        assert not is_too_deep(read_json(text, "x"))
        assert is_too_deep([read_json(text, "x")])
    else:
        with pytest.raises(SourceError, match="x:1: invalid JSON: nested too deeply"):
            read_json(f"[{text}]", "x")


def test_brackets_in_texts_and_side_by_side_do_not_nest() -> None:
    items = [["[{" * 100, '\\"[', "]"], {"[[[": {}}] * 1000
    assert read_json(json.dumps(items), "x") == items
    assert not is_too_deep(items)
