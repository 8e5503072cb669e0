"""The environment variables: each one that the code reads is documented, or internal."""

from __future__ import annotations

import re
from typing import Final

from acctgate.cli.support.variables import INTERNAL, VARIABLES
from tests.support import ROOT

NAMES: Final = {
    name
    for path in (ROOT / "src").rglob("*")
    if path.suffix in (".py", ".yml", ".yaml") and path.name != "variables.py"
    for name in re.findall(r"ACCTGATE_[A-Z_]+\b", path.read_text(encoding="utf-8"))
}


def test_each_variable_in_the_code_is_documented_or_internal() -> None:
    names = ("REPORT", "POLICY", "FRAMEWORKS", "RUN", "PROJECT", "STATE", "POSITIONS", "DEBUG")
    used = {f"ACCTGATE_{name}" for name in names}
    # The names of a service's two variables are put together.
    services = {"ACCTGATE_SERVICE_SECRET", "ACCTGATE_SERVICE_WEBHOOK"}
    named = {name for name in NAMES | used if not name.endswith("_")} | services
    assert named == {name for name in VARIABLES if name.startswith("ACCTGATE_")} | INTERNAL
    assert not VARIABLES.keys() & INTERNAL


def test_the_table_is_in_the_docs() -> None:
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` | " in text for name in VARIABLES)
    assert not any(f"`{name}`" in text for name in INTERNAL)
