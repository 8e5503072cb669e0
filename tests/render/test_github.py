"""GitHub workflow commands: one line each, and none from outside."""

from __future__ import annotations

import re

import pytest

from acctgate.model.snapshot import Snapshot
from acctgate.render import FORMATS
from tests.support.reports import CASES, outcomes, rendered


@pytest.mark.parametrize("case", CASES)
def test_github_commands_are_one_line_each(case: str) -> None:
    lines = rendered("github", CASES[case]()).splitlines()
    found = [o for o in outcomes(case) if o["outcome"] in ("fail", "unknown")]
    assert len(lines) == len(found) + 1
    assert all(line.startswith(("::error file=", "::warning file=", "::notice title=")) for line in lines)
    assert sum(line.startswith("::error") for line in lines) == sum(o["level"] == "mandatory" for o in found)
    for line in lines:
        head, _, data = line[2:].partition("::")
        assert "%0A" not in data.replace("%250A", ""), "nothing that becomes a line end"
        assert head.count(",") <= 2


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "command",
    ["##[error]injected", "##[set-env name=A]b", "##vso[task.setvariable]x", "::error::x", "##teamcity[publish]x"],
)
def test_text_from_outside_is_no_command(form: str, command: str) -> None:
    accounts = [Snapshot.from_document({"version": 1, "account_id": "1", "alias": f"prod {command}"})]
    accounts.append(Snapshot.from_document({"version": 1, "account_id": command}))
    masks = {"LoginProfilePreference": {"LoginNetworkMasks": f"{'x' * 100} {command}"}}
    accounts.append(Snapshot.from_document({"version": 1, "account_id": "2", "SecurityPreference": masks}))
    text = rendered(form, (accounts, CASES["blocked"]()[1]))
    assert not re.search(r"##[a-z]*\[", text)
    own = ("::error file=", "::warning file=", "::notice title=acctgate::") if form == "github" else ()
    lines = [line.strip() for line in text.splitlines()]
    assert not any(line.startswith("::") and not line.startswith(own or "-") for line in lines)
