"""Merging: what overrides what, and that each fault names the file that it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from acctgate.policy.chain import read_chain
from acctgate.policy.merge import merge
from acctgate.policy.validate import validate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a base with a waiver and a rule."""
    (tmp_path / "base.yaml").write_text(
        "version: 1\nrules: {session-duration: {max_hours: 8}}\n"
        "waivers:\n  - {rule: root-mfa, reason: r, owner: o, expires: 2099-01-01}\n"
    )
    return tmp_path


def faults(folder: Path, text: str) -> list[str]:
    """Return the errors of a policy that extends the base."""
    (folder / "p.yaml").write_text(f"version: 1\nextends: base.yaml\n{text}")
    return [fault.text.removeprefix(f"{folder}/") for fault in validate(merge(read_chain(folder / "p.yaml")))]


def test_a_fault_has_the_index_of_its_own_file(folder: Path) -> None:
    text = "waivers:\n  - {rule: root-mfa, reason: r, owner: o, expires: never}\n"
    assert faults(folder, text) == [
        'p.yaml:4: waivers[0].expires: invalid date; use YYYY-MM-DD, found "never"',
    ]


def test_a_fault_of_a_base_names_the_base(folder: Path) -> None:
    base = (folder / "base.yaml").read_text()
    (folder / "base.yaml").write_text(base.replace("max_hours: 8", "max_hours: 80"))
    (found,) = faults(folder, "rules: {root-mfa: {}}\n")
    assert found.startswith("base.yaml:2: rules.session-duration.max_hours: should be")


def test_faults_of_several_files_are_found_at_once(folder: Path) -> None:
    base = (folder / "base.yaml").read_text()
    (folder / "base.yaml").write_text(f"{base}colour: red\n")
    assert faults(folder, "size: 3\n") == ["p.yaml:3: size: unknown key", "base.yaml:5: colour: unknown key"]


@pytest.mark.parametrize("key", ["rules", "waivers", "accounts", "rule_modules"])
def test_a_value_of_the_wrong_type_is_never_overridden(folder: Path, key: str) -> None:
    (folder / "base.yaml").write_text(f"version: 1\n{key}: 7\n")
    value = "{}" if key in ("rules", "accounts") else "[]"
    (found,) = faults(folder, f"{key}: {value}\n")
    assert found.startswith(f"base.yaml:2: {key}: should be")


@pytest.mark.parametrize("first", ["root-mfa: advisory", "root-mfa: [1]"])
def test_an_entry_of_the_wrong_type_is_never_overridden(folder: Path, first: str) -> None:
    (folder / "base.yaml").write_text(f"version: 1\nrules:\n  {first}\n")
    (found,) = faults(folder, "rules: {root-mfa: {level: advisory}}\n")
    assert found.startswith("base.yaml:3: rules.root-mfa: should be")


@pytest.mark.parametrize("version", ["", "version: 2\n", "version: true\n"])
def test_every_file_needs_the_version(folder: Path, version: str) -> None:
    (folder / "base.yaml").write_text(f"{version}rules: {{}}\n")
    (found,) = faults(folder, "")
    assert found.startswith("base.yaml:1: version")


def test_origins(folder: Path) -> None:
    (folder / "p.yaml").write_text("version: 1\nextends: base.yaml\nrules:\n  session-duration: {max_hours: 4}\n")
    merged = merge(read_chain(folder / "p.yaml"))
    values = merged.rules()["session-duration"]
    assert (values["max_hours"].value, values["max_hours"].line, values["max_hours"].over) == (
        4,
        4,
        str(folder / "base.yaml"),
    )
    assert values["level"].description == "by default"
    assert [waiver.line for waiver in merged.waivers()] == [4]
