"""The engine's command line, and what it means for a resource."""

from __future__ import annotations

from typing import Any

import pytest

from acctgate.crossguard.engine_command import UNKNOWN_COMMAND, EngineCommand, parse_command

URN = "urn:pulumi:dev::gate::alicloud:ram/securityPreference:SecurityPreference::pref"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("preview", {}),
        ("up --yes -s dev", {}),
        ("preview --refresh", {"refresh": True}),
        ("up -r", {"refresh": True}),
        ("up --refresh=false", {"refresh": False}),
        ("preview --target a -t b --target=c -td", {"targets": ("a", "b", "c", "d")}),
        ("preview --exclude a -x b", {"excludes": ("a", "b")}),
        ("preview --target a --target-dependents", {"targets": ("a",), "dependents": True}),
        ("preview --replace a", {"replaced": ("a",)}),
        ("preview --target-replace a", {"targets": ("a",), "replaced": ("a",)}),
        ("policy analyze acctgate --stack dev", {"stored": True}),
        ("up -- --target a", {}),
    ],
)
def test_options(line: str, expected: dict[str, Any]) -> None:
    assert parse_command(line.split(), {}) == EngineCommand(**expected)


def test_variables_count_where_no_option_is_given() -> None:
    environment = {"PULUMI_OPTION_TARGET": "a,b", "PULUMI_OPTION_REFRESH": "true"}
    assert parse_command(["preview"], environment) == EngineCommand(targets=("a", "b"), refresh=True)
    assert parse_command(["preview", "--target", "c", "--refresh=false"], environment) == EngineCommand(targets=("c",))


def test_the_project_file_counts_where_no_option_is_given() -> None:
    assert parse_command(["preview"], {}, True).refresh is True
    assert parse_command(["preview"], {}, None).refresh is None
    assert parse_command(["preview", "--refresh=0"], {}, True).refresh is False


@pytest.mark.parametrize(
    ("command", "touched"),
    [
        (EngineCommand(), True),
        (EngineCommand(targets=(URN,)), True),
        (EngineCommand(targets=("urn:pulumi:*::gate::**",)), True),
        (EngineCommand(targets=("urn:pulumi:*::pref",)), False),
        (EngineCommand(targets=("other",)), False),
        (EngineCommand(targets=("other",), dependents=True), None),
        (EngineCommand(excludes=(URN,)), False),
        (EngineCommand(excludes=("other",)), True),
        (EngineCommand(excludes=("other",), dependents=True), None),
        (UNKNOWN_COMMAND, None),
    ],
)
def test_what_a_run_touches(command: EngineCommand, touched: bool | None) -> None:
    assert command.touches(URN) is touched
