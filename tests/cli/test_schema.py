"""`acctgate schema`: the JSON Schemas."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from acctgate.cli import group
from acctgate.reference import schemas


@pytest.mark.parametrize("name", schemas.NAMES)
def test_schema(name: str) -> None:
    assert CliRunner().invoke(group, ["schema", name]).stdout == schemas.text(name)
