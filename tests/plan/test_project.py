"""The file of a Pulumi project: no value in it ends the command, and a name is text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from acctgate.plan.plugin_evidence import plugin_of_project
from acctgate.plan.project import load_yaml, read_settings


@pytest.mark.parametrize("text", ["2026-13-45", "2026-01-01", "0123", "1.10", "0x_", "2026-01-01T00:00:00+99:00"])
def test_numbers_and_dates_stay_text(text: str) -> None:
    assert load_yaml(f"name: {text}\non: true") == {"name": text, True: True}


@pytest.mark.parametrize("value", ["!!int x", "!!bool x", "!!timestamp x", "!!float x", "!other x", "[", "*a"])
def test_a_value_that_its_tag_cannot_have_is_invalid(tmp_path: Path, value: str) -> None:
    with pytest.raises(yaml.YAMLError):
        load_yaml(f"name: {value}")
    (tmp_path / "Pulumi.yaml").write_text(f"name: {value}")
    assert read_settings(tmp_path / "Pulumi.yaml") == {}


@pytest.mark.parametrize("name", ["0123", "2026-01-01", "gate"])
def test_a_project_whose_name_looks_like_a_number_brings_its_plugin(tmp_path: Path, name: str) -> None:
    plugins = {"providers": [{"name": "alicloud", "path": "bin"}]}
    text = f"name: {name}\ndescription: 2026-13-45\nplugins: {json.dumps(plugins)}\n"
    (tmp_path / "Pulumi.yaml").write_text(text)
    assert plugin_of_project(name, [tmp_path]).foreign


@pytest.mark.parametrize("source", ['"a\\0b"', "./loop", "./" + "x" * 5_000], ids=["null", "a loop", "a long name"])
def test_a_package_that_is_not_there_brings_nothing(tmp_path: Path, source: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "Pulumi.yaml").write_text(f"name: gate\npackages:\n  other: {source}\n")
    assert not plugin_of_project("gate", [tmp_path]).foreign
