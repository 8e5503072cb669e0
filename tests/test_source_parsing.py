"""Python source is parsed on every Python that acctgate runs on, whatever a garbage collection runs."""

from __future__ import annotations

import gc

import pytest

from acctgate.model.fields import json_schema
from acctgate.model.snapshot_document import SnapshotDocument
from acctgate.reference.schemas import schema
from acctgate.source_parsing import source_parsing


def test_docstrings_are_read_while_garbage_parses(parsing_finalizers: None) -> None:
    for _ in range(20):
        assert "description" in str(json_schema(SnapshotDocument))


@pytest.mark.parametrize("name", ["report", "diff"])
def test_schemas_of_reports_are_made_while_garbage_parses(name: str, parsing_finalizers: None) -> None:
    for _ in range(5):
        assert "description" in str(schema(name))


def test_the_garbage_collection_goes_on_as_before() -> None:
    with source_parsing(), source_parsing():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with source_parsing():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
