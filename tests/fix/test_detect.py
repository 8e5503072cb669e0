"""The language of a repository's resources."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from acctgate.fix.detect import detect_target
from tests.support.fitting import MODE, changed
from tests.support.process import run_here


@pytest.mark.parametrize(
    ("files", "target"),
    [
        ({}, "pulumi-python"),
        ({"Pulumi.yaml": "runtime: python"}, "pulumi-python"),
        ({"Pulumi.yaml": "runtime: {name: nodejs, options: {}}"}, "pulumi-typescript"),
        ({"Pulumi.yaml": "runtime: bun"}, "pulumi-typescript"),
        ({"Pulumi.yml": "runtime: yaml"}, "pulumi-yaml"),
        ({"Pulumi.json": '{"runtime": "go"}'}, "pulumi-yaml"),
        ({"main.tf": ""}, "terraform"),
        ({"main.tf.json": "{}"}, "terraform"),
        ({"main.tofu": ""}, "terraform"),
        ({"terragrunt.hcl": ""}, "terraform"),
        ({"main.tf": "", "Pulumi.yaml": "runtime: nodejs"}, "pulumi-typescript"),
        ({"Pulumi.yaml": "{", "main.tf": ""}, "terraform"),
        ({"Pulumi.yaml": "[]"}, "pulumi-python"),
        ({"Pulumi.yaml": "runtime: {name: [1]}"}, "pulumi-python"),
        ({"Pulumi.yaml": "runtime: nodejs\ncreated: 2026-13-45"}, "pulumi-typescript"),
        ({"Pulumi.yaml": "[" * 20_000}, "pulumi-python"),
        ({"Pulumi.yaml": "\ufeffruntime: nodejs"}, "pulumi-typescript"),
    ],
)
def test_a_folder(tmp_path: Path, files: dict[str, str], target: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert detect_target(tmp_path) == target


def test_a_pipe_is_no_project(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Pulumi.yaml")
    assert detect_target(tmp_path) == "pulumi-python"


def test_fix_prints_the_language_of_the_repository_unless_another_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(json.dumps(changed((MODE, "independent"))), encoding="utf-8")
    arguments = ("fix", "--policy", "baseline", "--snapshot", "bad.json")
    assert "import pulumi_alicloud" in run_here(*arguments, cwd=tmp_path).stdout
    (tmp_path / "main.tf").touch()
    assert 'resource "alicloud_ram_security_preference"' in run_here(*arguments, cwd=tmp_path).stdout
    assert "import pulumi_alicloud" in run_here(*arguments, "--to", "pulumi-python", cwd=tmp_path).stdout
