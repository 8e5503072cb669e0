"""Reading JSON."""

from __future__ import annotations

import pytest

from acctgate.reading import SourceError, read_json


def test_a_number_that_is_too_large_is_no_json() -> None:
    with pytest.raises(SourceError):
        read_json('{"UnusedAkNum": 1e400}', "x")
