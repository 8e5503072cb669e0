"""The dynamic provider behind the data sources."""

from __future__ import annotations

import base64

import pytest
from pulumi.dynamic.dynamic import serialize_provider

from acctgate.crossguard.source_reader import SourceReader
from acctgate.crossguard.source_types import BY_NAME


@pytest.mark.parametrize("name", BY_NAME)
def test_the_provider_pickles_by_reference(name: str) -> None:
    pickled = base64.b64decode(serialize_provider(SourceReader(name)))
    assert len(pickled) < 120
    assert b"acctgate.crossguard.source_reader" in pickled
