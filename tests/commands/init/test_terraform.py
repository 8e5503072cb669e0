"""What is planned in a folder with Terraform, OpenTofu or Terragrunt."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from acctgate.commands.init.terraform import Module, Terraform, find_terraform

ALICLOUD: Final = 'provider "alicloud" {}\n'


def find(folder: Path, files: dict[str, str]) -> Terraform | None:
    """Write files and return what is found."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return find_terraform(folder)


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        ({"main.tf": ""}, ["."]),
        ({"main.tf.json": "{}"}, ["."]),
        ({"b/main.tf": ALICLOUD, "a/main.tf": ALICLOUD}, ["a", "b"]),
        ({"a/main.tf": ALICLOUD, "aws/main.tf": 'provider "aws" {}'}, ["a"]),
        ({"a/main.tf": 'provider "google" {}', "aws/main.tf": 'provider "aws" {}'}, ["a", "aws"]),
        ({"main.tf": 'module "n" {\n  source = "./net"\n}\n' + ALICLOUD, "net/main.tf": ALICLOUD}, ["."]),
        ({"prod/main.tf": 'module "n" { source = "../net" }' + ALICLOUD, "net/main.tf": ALICLOUD}, ["prod"]),
        ({"main.tf.json": '{"module": {"n": {"source": "./net"}}}', "net/main.tf": ALICLOUD}, ["."]),
        ({"main.tf": ALICLOUD, "modules/a/main.tf": ALICLOUD, "examples/b/main.tf": ALICLOUD}, ["."]),
        ({"main.tf": ALICLOUD, ".terraform/modules/x/main.tf": ALICLOUD, "tests/main.tf": ALICLOUD}, ["."]),
        ({"a/b/c/d/main.tf": ALICLOUD}, ["a/b/c/d"]),
        ({"prod/main.tf": "", "prod/.terraform.lock.hcl": 'provider "x/aliyun/alicloud" {}', "b/x.tf": ""}, ["prod"]),
    ],
)
def test_the_root_modules(tmp_path: Path, files: dict[str, str], modules: list[str]) -> None:
    found = find(tmp_path, files)
    assert found is not None
    assert [module.path for module in found.modules] == modules


@pytest.mark.parametrize("files", [{}, {"README.md": ""}, {"modules/a/main.tf": ALICLOUD}, {"x/terraform.tfvars": ""}])
def test_nothing_to_plan(tmp_path: Path, files: dict[str, str]) -> None:
    assert find(tmp_path, files) is None


@pytest.mark.parametrize(
    ("files", "tool"),
    [
        ({"main.tf": ""}, "terraform"),
        ({"main.tofu": ""}, "tofu"),
        ({"main.tf": "", ".terraform.lock.hcl": 'provider "registry.opentofu.org/aliyun/alicloud" {}'}, "tofu"),
        ({"main.tf": "", ".terraform.lock.hcl": 'provider "registry.terraform.io/aliyun/alicloud" {}'}, "terraform"),
        ({"main.tf": "", ".opentofu-version": "1.12.6"}, "tofu"),
        ({"a/terragrunt.hcl": "", "a/.terraform.lock.hcl": 'provider "registry.opentofu.org/a/b" {}'}, "tofu"),
        ({"a/terragrunt.hcl": "", "root.hcl": 'terraform_binary = "/usr/bin/tofu"'}, "tofu"),
        ({"a/terragrunt.hcl": "", "root.hcl": 'terraform_binary = "terraform"'}, "terraform"),
    ],
)
def test_the_tool(tmp_path: Path, files: dict[str, str], tool: str) -> None:
    found = find(tmp_path, files)
    assert found is not None and found.tool == tool


def test_the_commands_keep_to_the_lock_file_and_leave_each_plan_beside_it() -> None:
    found = Terraform("terraform", False, (Module("app", True), Module("network", False)))
    assert found.commands() == [
        "terraform -chdir=app init -input=false -lockfile=readonly",
        "terraform -chdir=app plan -input=false -out=tfplan",
        "terraform -chdir=app show -json tfplan > app/tfplan.json",
        "terraform -chdir=network init -input=false",
        "terraform -chdir=network plan -input=false -out=tfplan",
        "terraform -chdir=network show -json tfplan > network/tfplan.json",
    ]
    assert found.plans == ("app/tfplan.json", "network/tfplan.json")


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    """A pipe would be waited for, and no path contains a null character."""
    os.mkfifo(tmp_path / "pipe.tf")
    found = find(tmp_path, {"main.tf": f'{ALICLOUD}module "x" {{ source = "./a\0b" }}'})
    assert found is not None and [module.path for module in found.modules] == ["."]


def test_terragrunt_finds_its_units_itself(tmp_path: Path) -> None:
    found = find(tmp_path, {"terragrunt.hcl": "", "live/app/terragrunt.hcl": "", "units/app/main.tf": ALICLOUD})
    assert found is not None and found.terragrunt and not found.modules
    assert found.plans == ("tfplan.json",)
