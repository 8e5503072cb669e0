"""A comment at the resource waives a finding, for plans of Terraform and Pulumi, if the policy allows it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support import HERE
from tests.support.accounts import GOOD
from tests.support.process import run_here

TERRAFORM: Final = HERE / "plans/terraform/create.json"
PULUMI: Final = HERE / "plans/pulumi/create.preview.json"
COMMENT: Final = 'acctgate:waive session-duration reason="night shift" owner=ops expires=2099-12-31'
MAIN: Final = f'# {COMMENT}\nresource "alicloud_ram_security_preference" "this" {{\n}}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a policy that both plans violate."""
    (tmp_path / "account.json").write_text(json.dumps({**GOOD, "account_id": "1"}), encoding="utf-8")
    write_policy(tmp_path, "inline_waivers: true")
    return tmp_path


def write_policy(folder: Path, more: str) -> None:
    """Write the policy that both plans violate."""
    rules = "rules: {session-duration: {max_hours: 2}}"
    (folder / "p.yaml").write_text(f"version: 1\nmax_waiver_days: 36500\n{rules}\n{more}\n", encoding="utf-8")


def check(folder: Path, plan: Path, kind: str = "json") -> tuple[int, str]:
    """Return the status and the report of a check of the plan."""
    done = run_here("check", "account.json", "--plan", plan, "--policy", "p.yaml", "--format", kind, cwd=folder)
    return done.status, done.stdout


def session(report: str) -> dict[str, Any]:
    """Return the outcome that the comment is about."""
    (account,) = json.loads(report)["accounts"]
    (found,) = (each for each in account["outcomes"] if each["rule"] == "session-duration")
    return dict(found)


def test_terraform(folder: Path) -> None:
    (folder / "main.tf").write_text(MAIN, encoding="utf-8")
    status, report = check(folder, TERRAFORM)
    assert (status, session(report)["outcome"]) == (0, "waived")
    waiver = session(report)["waiver"]
    assert waiver == {"reason": "night shift", "owner": "ops", "expires": "2099-12-31", "outcome": "fail"}
    assert "waived by ops in main.tf:1 until 2099-12-31: night shift" in session(report)["message"]
    write_policy(folder, "")
    status, report = check(folder, TERRAFORM)
    (notice,) = json.loads(report)["waivers"]
    assert (status, session(report)["outcome"], notice["state"]) == (1, "fail", "refused")
    assert notice["place"] == {"file": "main.tf", "line": 1} and "inline_waivers: true" in notice["message"]


def test_pulumi_in_another_language_than_python(folder: Path) -> None:
    document = json.loads(PULUMI.read_bytes())
    for step in document["steps"]:
        if "SecurityPreference" in step["urn"]:
            step["newState"]["sourcePosition"] = "project:///index.ts#3,1"
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "index.ts").write_text(f'import "x";\n// {COMMENT}\nnew alicloud.x("pref");\n', encoding="utf-8")
    assert check(folder, folder / "plan.json")[0] == 0
    (folder / "index.ts").write_text(f'// {COMMENT}\nimport "x";\nnew alicloud.x("pref");\n', encoding="utf-8")
    assert check(folder, folder / "plan.json")[0] == 1, "not at the resource"


def test_a_declaration_that_is_not_certain_waives_nothing(folder: Path) -> None:
    (folder / "main.tf").write_text(MAIN, encoding="utf-8")
    (folder / "copy.tf").write_text(MAIN, encoding="utf-8")
    assert check(folder, TERRAFORM)[0] == 1, "two files declare the resource"


def pulumi_plan(folder: Path, **more: Any) -> Path:
    """Write a plan whose resource has a waiver above it, and return its path."""
    document = json.loads(PULUMI.read_bytes())
    for step in document["steps"]:
        if "SecurityPreference" in step["urn"]:
            step["newState"] |= {"sourcePosition": "project:///index.ts#2,1", **more}
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "index.ts").write_text(f"// {COMMENT}\nnew alicloud.x();\n", encoding="utf-8")
    return folder / "plan.json"


def test_a_resource_of_an_unknown_account_waives_nothing_in_the_only_one(folder: Path) -> None:
    """The account's settings are unknown then, and nothing says that the resource is deployed to it."""
    assert check(folder, pulumi_plan(folder))[0] == 0
    provider = "urn:pulumi:dev::p::pulumi:providers:alicloud::elsewhere::id"
    status, report = check(folder, pulumi_plan(folder, provider=provider))
    assert (status, session(report)["outcome"]) == (3, "unknown")
    assert "the account of the resource is unknown" in json.loads(report)["waivers"][0]["message"]


def test_a_waiver_at_an_unchanged_resource_stays(folder: Path) -> None:
    document = json.loads(TERRAFORM.read_bytes())
    name = "alicloud_ram_account_password_policy"
    values = {"max_password_age": 90}
    change = {"actions": ["no-op"], "before": values, "after": values, "after_unknown": {}}
    same = {"address": f"{name}.this", "type": name}
    document["resource_changes"].append({**document["resource_changes"][0], **same, "change": change})
    resources = document["configuration"]["root_module"]["resources"]
    resources.append({**resources[0], **same, "expressions": {"max_password_age": {"constant_value": 90}}})
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "main.tf").write_text(f'# {COMMENT}\nresource "{name}" "this" {{\n}}\n', encoding="utf-8")
    assert check(folder, folder / "plan.json")[0] == 0


def test_the_files_of_another_root_module_waive_nothing(folder: Path) -> None:
    """Each environment declares a resource with the same address."""
    (folder / "main.tf").write_text(MAIN, encoding="utf-8")
    for place in ("../prod", "prod/out"):
        out = folder / place
        out.mkdir(parents=True)
        (folder / place.removesuffix("/out") / "main.tf").write_text(MAIN.replace("acctgate:", ""), encoding="utf-8")
        (out / "plan.json").write_bytes(TERRAFORM.read_bytes())
        assert check(folder, out / "plan.json")[0] == 1
    (folder / "../plan.json").write_bytes(TERRAFORM.read_bytes())
    assert check(folder, folder / "../plan.json")[0] == 0, "nothing but a plan"


@pytest.mark.parametrize("kind", ["text", "markdown", "sarif", "html", "github"])
def test_a_refused_comment_is_listed(folder: Path, kind: str) -> None:
    (folder / "main.tf").write_text(MAIN.replace("owner=ops ", ""), encoding="utf-8")
    status, report = check(folder, TERRAFORM, kind)
    assert status == 1
    assert re.search(r"the comment waives nothing(:|%3A) owner is missing", report.replace("\\", ""))
