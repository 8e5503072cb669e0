"""Roles that a Terraform provider may assume and no plan shows: the program's files must rule them out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.match_accounts import after_deploy
from acctgate.plan.read import read_plan
from acctgate.policy.policy import Account
from tests.support import HERE
from tests.support.accounts import GOOD

MFA = ("SecurityPreference", "LoginProfilePreference", "MFAOperationForLogin")
BLOCK = """provider "alicloud" {
  dynamic "assume_role" {
    for_each = var.role == "" ? [] : [var.role]
    content { role_arn = assume_role.value }
  }
}
"""
JSON = {"provider": {"alicloud": {"dynamic": {"assume_role": {"for_each": ["x"], "content": {"role_arn": "x"}}}}}}


def _mfa(folder: Path, plan: str = "create.json", providers: tuple[str, ...] = ()) -> object:
    path = folder / "plan.json"
    path.write_text((HERE / "plans" / "terraform" / plan).read_text(encoding="utf-8"), encoding="utf-8")
    account = Snapshot.from_document({**GOOD, "account_id": "1111111111111111"})
    named = {"1111111111111111": Account(providers=providers)} if providers else {}
    return after_deploy([account], read_plan(str(path)), named)[0].read(MFA)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", BLOCK),
        ("providers.tofu", BLOCK.replace('"assume_role"', "assume_role_with_oidc")),
        ("main.tf.json", json.dumps(JSON, indent=1)),
        ("main.tf", BLOCK.replace("dynamic", "/* by account */ dynamic")),
        ("main.tf", BLOCK.replace('dynamic "', 'dynamic"')),
        ("main.tf", BLOCK.replace("dynamic", "dynamic /* by account */")),
    ],
    ids=["native syntax", "another block of OpenTofu", "JSON syntax", "after a comment", "no space", "comment inside"],
)
def test_a_dynamic_role_hides_the_account(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = _mfa(tmp_path)
    assert isinstance(found, Unknown)
    assert f"{name} may assume a role in a dynamic block" in found.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        BLOCK.replace("dynamic ", ""),
        BLOCK.replace("assume_role", "endpoints"),
        BLOCK.replace("dynamic", "# dynamic"),
        BLOCK.replace("dynamic", "// dynamic"),
    ],
    ids=["an empty file", "a plain block", "another dynamic block", "a comment", "another comment"],
)
def test_other_blocks_hide_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    assert not isinstance(_mfa(tmp_path), Unknown)


def test_a_link_to_a_dynamic_role_hides_the_account(tmp_path: Path) -> None:
    """Root modules share the file of their providers by links, which Terraform follows."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "providers.tf").write_text(BLOCK, encoding="utf-8")
    (tmp_path / "providers.tf").symlink_to(Path("shared", "providers.tf"))
    assert isinstance(_mfa(tmp_path), Unknown)


def test_a_file_that_is_too_large_to_search_may_hide_the_account(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("#" * (1 << 20) + "\n" + BLOCK, encoding="utf-8")
    found = _mfa(tmp_path)
    assert isinstance(found, Unknown)
    assert "main.tf, which may assume another role than the plan shows, cannot be read" in found.reason


def test_what_terraform_does_not_read_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / ".#main.tf").write_text(BLOCK, encoding="utf-8")
    (tmp_path / "broken.tf").symlink_to("nowhere")
    (tmp_path / "folder.tf").mkdir()
    assert not isinstance(_mfa(tmp_path), Unknown)


def test_a_file_that_is_not_utf_8_is_searched(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(b"# \xff\x00\n" + BLOCK.encode())
    assert isinstance(_mfa(tmp_path), Unknown)


@pytest.mark.parametrize(
    ("name", "text"),
    [("main.tf.json", '"dynamic":'), ("main.tf", "\n"), ("main.tf", "dynamic "), ("main.tf", "role_arn ")],
    ids=["keys of JSON", "blank lines", "dynamic", "role_arn"],
)
def test_a_search_takes_time_in_proportion_to_the_file(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text * (1_000_000 // len(text)) + "x", encoding="utf-8")
    assert not isinstance(_mfa(tmp_path), Unknown)
    assert not isinstance(_with_variable(tmp_path), Unknown)


def test_a_resource_of_terraform_may_have_colons_in_its_key(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BLOCK, encoding="utf-8")
    plan = json.loads((HERE / "plans" / "terraform" / "create.json").read_text(encoding="utf-8"))
    for part in (plan["resource_changes"], plan["planned_values"]["root_module"]["resources"]):
        part[0]["address"] += '["a::b"]'
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    [planned] = read_plan(str(tmp_path / "plan.json"))
    assert "dynamic block" in planned.provider.hint


def test_the_policy_names_a_provider_whose_role_is_hidden(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BLOCK, encoding="utf-8")
    assert not isinstance(_mfa(tmp_path, providers=("default",)), Unknown)


def test_a_role_that_the_plan_shows_counts(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BLOCK, encoding="utf-8")
    planned = HERE / "plans" / "terraform" / "two-roles.json"
    plain = [each.provider for each in read_plan(str(planned))]
    (tmp_path / "plan.json").write_text(planned.read_text(encoding="utf-8"), encoding="utf-8")
    assert [each.provider for each in read_plan(str(tmp_path / "plan.json"))] == plain


ROLE = "acs:ram::1111111111111111:role/deploy"
BUILT = "an expression builds its role from var.role"


def _with_variable(folder: Path, **variable: object) -> object:
    """Return the MFA setting after a deploy with the role in a variable, by the program in the folder."""
    plan = json.loads((HERE / "plans" / "terraform" / "create.json").read_text(encoding="utf-8"))
    configuration = plan["configuration"]
    configuration["provider_config"]["alicloud"]["expressions"] = {
        "assume_role": [{"role_arn": {"references": ["var.role"]}}]
    }
    configuration["root_module"]["variables"] = {"role": variable}
    (folder / "plan.json").write_text(json.dumps({**plan, "variables": {"role": {"value": ROLE}}}), encoding="utf-8")
    account = Snapshot.from_document({**GOOD, "account_id": "1111111111111111"})
    return after_deploy([account], read_plan(str(folder / "plan.json")), {})[0].read(MFA)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", "role_arn = var.role"),
        ("main.tf", "assume_role { role_arn = var.role }"),
        ("main.tf", 'role_arn="${var.role}" # the account\'s'),
        ("main.tf", 'role_arn = "acs:ram::${var.other}:role/x"\nrole_arn = var.role'),
        ("main.tf", "region = var.role"),
        ("main.tf", "provider {\r\n  role_arn = var.role\r\n}\r\n"),
        ("main.tf.json", '{"provider": {"alicloud": {"assume_role": [{"role_arn": "${var.role}"}]}}}'),
        ("notes.txt", 'role_arn = replace(var.role, "1", "2")'),
    ],
    ids=["plain", "one line", "quoted", "beside another", "no role in the file", "CRLF", "JSON", "not of the program"],
)
def test_the_role_in_a_variable_counts(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert not isinstance(_with_variable(tmp_path), Unknown)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", 'role_arn = replace(var.role, "1111", "2222")'),
        ("main.tf", 'role_arn = var.role == "" ? "acs:ram::1:role/x" : "acs:ram::2:role/x"'),
        ("main.tf", "role_arn = var.role\nrole_arn = replace(\n  var.role,\n"),
        ("main.tf", "role_arn = local.role\n# role_arn = var.role"),
        ("main.tf", 'role_arn = var.role\nrole_arn = replace(var.role, "1111", "2222")'),
        ("main.tf.json", '{"provider": {"alicloud": {"assume_role": [{"role_arn": "${upper(var.role)}"}]}}}'),
        ("main.tf", 'role_arn = var.role\nrole_arn = replace("x)",\n  "x", var.role)'),
        ("main.tf", "role_arn = var.role\nrole_arn = trimspace(<<EOT\n${var.role}2\nEOT\n)"),
        ("main.tf", "role_arn = var.role\nrole_arn = <<EOT\n${var.role}2\nEOT"),
        ("main.tf.json", '{"role_arn": "${var.role}",\n"role_arn":\n"${upper(var.role)}"}'),
    ],
    ids=[
        "function",
        "condition",
        "several lines",
        "only in a comment",
        "beside a plain one",
        "JSON",
        "several lines with a comma",
        "text inside a function",
        "text of several lines",
        "JSON in several lines",
    ],
)
def test_a_role_that_is_built_from_a_variable_hides_the_account(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = _with_variable(tmp_path)
    assert isinstance(found, Unknown) and BUILT in found.reason


def test_an_ephemeral_variable_hides_the_account(tmp_path: Path) -> None:
    """It is given anew when the plan is applied."""
    assert isinstance(_with_variable(tmp_path, ephemeral=True), Unknown)


def test_an_installed_module_may_assume_a_dynamic_role(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('module "inner" { source = "./inner" }\n', encoding="utf-8")
    for folder in ("inner", ".terraform/modules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "inner" / "roles.tf").write_text(BLOCK, encoding="utf-8")
    assert not isinstance(_mfa(tmp_path), Unknown)
    installed = tmp_path / ".terraform" / "modules" / "modules.json"
    for text, hidden in (
        ('{"Modules": [{"Key": "", "Dir": "."}, {"Key": "inner", "Dir": "inner"}]}', True),
        ('{"Modules": [{"Key": "", "Dir": "."}]}', False),
        ('{"Modules": [{"Key": "inner"}]}', False),
        ('{"Modules": "x"}', False),
        ("no JSON", False),
        ("[" * 100_000, False),
        (json.dumps({"Modules": [{"Dir": "x" * 5_000}]}), False),
    ):
        installed.write_text(text, encoding="utf-8")
        assert isinstance(_mfa(tmp_path), Unknown) == hidden


def _in_module(folder: Path, **sources: str) -> object:
    """Return the MFA setting after a deploy with a provider that a nested module configures.

    Args:
        folder: Where to write the plan.
        sources: The sources of the modules, as far as the plan shows them.
    """
    plan = json.loads((HERE / "plans" / "terraform" / "create.json").read_text(encoding="utf-8"))
    configuration = plan["configuration"]
    key = "module.outer.module.inner:alicloud"
    configuration["provider_config"] = {key: configuration["provider_config"]["alicloud"]}
    configuration["root_module"]["resources"][0]["provider_config_key"] = key
    if sources:
        inner = {"inner": {"source": sources["inner"], "module": {}}}
        outer = {"source": sources["outer"], "module": {"module_calls": inner}}
        configuration["root_module"]["module_calls"] = {"outer": outer}
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    account = Snapshot.from_document({**GOOD, "account_id": "1111111111111111"})
    return after_deploy([account], read_plan(str(folder / "plan.json")), {})[0].read(MFA)


def test_a_module_that_is_called_by_its_path_need_not_be_installed(tmp_path: Path) -> None:
    """Another job of a pipeline has the repository, but not what Terraform has installed."""
    root, inner = tmp_path / "root", tmp_path / "shared" / "inner"
    for folder in (root, inner):
        folder.mkdir(parents=True)
    (inner / "main.tf").write_text("", encoding="utf-8")
    sources = {"outer": "../shared", "inner": "./inner"}
    assert isinstance(_in_module(root, **sources), Unknown), "the program is not found"
    (root / "main.tf").write_text('module "outer" { source = "../shared" }\n', encoding="utf-8")
    assert not isinstance(_in_module(root, **sources), Unknown)
    for other in ({**sources, "inner": "example/inner/alicloud"}, {**sources, "outer": "git::https://example.com/x"}):
        assert isinstance(_in_module(root, **other), Unknown)
    (inner / "main.tf").write_text(BLOCK, encoding="utf-8")
    assert isinstance(_in_module(root, **sources), Unknown)


@pytest.mark.parametrize("data", [None, "data", "absolute"])
def test_the_provider_of_a_module_may_assume_a_role_in_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str | None
) -> None:
    """Terraform lists them in .terraform, or in TF_DATA_DIR."""
    monkeypatch.delenv("TF_DATA_DIR", raising=False)
    if data is not None:
        monkeypatch.setenv("TF_DATA_DIR", str(tmp_path / data) if data == "absolute" else data)
    found = _in_module(tmp_path)
    assert isinstance(found, Unknown)
    assert "the module outer.inner, which may assume another role" in found.reason
    assert "in the folder that it was made in, with the same TF_DATA_DIR" in found.reason
    assert "name its provider" in found.reason
    (tmp_path / "main.tf").write_text('module "outer" { source = "./outer" }\n', encoding="utf-8")
    modules = tmp_path / (data or ".terraform") / "modules"
    for folder in (modules, tmp_path / "inner"):
        folder.mkdir(parents=True)
    listed = [{"Key": "", "Dir": "."}, {"Key": "outer", "Dir": "outer"}, {"Key": "outer.inner", "Dir": "inner"}]
    (modules / "modules.json").write_text(json.dumps({"Modules": listed}), encoding="utf-8")
    assert isinstance(_in_module(tmp_path), Unknown)
    (tmp_path / "inner" / "main.tf").write_text(BLOCK.replace("dynamic ", ""), encoding="utf-8")
    assert not isinstance(_in_module(tmp_path), Unknown)
    (tmp_path / "inner" / "main.tf").write_text(BLOCK, encoding="utf-8")
    assert isinstance(_in_module(tmp_path), Unknown)
    monkeypatch.setenv("TF_DATA_DIR", "elsewhere")
    assert isinstance(_in_module(tmp_path), Unknown)


def test_a_module_that_is_not_installed_hides_no_role_of_the_root_module(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('module "inner" { source = "./inner" }\n', encoding="utf-8")
    assert not isinstance(_mfa(tmp_path), Unknown)
