"""Tests mirror the source tree: tests/<package>/test_<module>.py. What is tested as a whole is listed here."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest

from tests.support import HERE, ROOT
from tests.support.engine import pytest_collection_modifyitems

SOURCE: Final = ROOT / "src/acctgate"
MODULES: Final = sorted(path for path in HERE.rglob("test_*.py"))
TOPICS: Final = {
    "cli/test_help.py": "the examples in each command's help",
    "cli/test_inline_waivers.py": "waivers in comments at resources, from the plan to the exit status",
    "cli/test_main.py": "the command line as a whole: the table of commands, wrong use and errors",
    "demo/test_opentofu.py": "the demo account with a real OpenTofu or Terraform",
    "demo/test_typed_clients.py": "the demo account with Alibaba Cloud's own typed clients",
    "evaluate/test_oracle.py": "no pass that an independent oracle does not prove",
    "evaluate/test_properties.py": "what holds for any input, from the readers to the report",
    "evaluate/test_severity.py": "the severity that a policy gives a rule, from the file to every format",
    "evaluate/test_stack_waivers.py": "waivers for one Pulumi stack, from the policy to the notices",
    "evaluate/test_user_waivers.py": "waivers for one user, from the credential report to the notices",
    "fix/test_deployed.py": "what fix prints, deployed by the engine",
    "organization/test_faults.py": "an organization over a bad network, and runs that are killed",
    "plan/test_other_resources.py": "planned resources other than a preference, from the plan to the report",
    "plan/test_password_policy.py": "planned password policies, from the plan to the report",
    "plan/test_plans.py": "the plans in tests/plans and their cases",
    "plan/test_real_plans.py": "plans of real tools, and what became of them",
    "policy/test_hostile.py": "hostile text in a policy, in each format",
    "render/test_formats.py": "what holds for several formats",
    "render/test_golden.py": "the golden reports in tests/golden",
    "render/test_hostile.py": "text from outside in every place of a report, in each format",
    "render/test_judged_by.py": "what judged, in every format",
    "render/test_page_display.py": "the page as a browser shows and prints it",
    "rules/test_examples.py": "the examples in tests/rules",
    "rules/test_metadata.py": "what each rule has, and the public table of rules",
    "rules/test_rule_module.py": "a rule in a temporary module, in each command and format",
    "sources/test_faults.py": "each API with each fault of the wire",
    "sources/test_sections.py": "the optional sections, live and in files",
    "test_canaries.py": "no secret in any output",
}
"""Test modules of no single module: what they test instead."""
WHOLE: Final = ("repository", "conformance", "fuzz")
"""Folders that test the repository, or the program as a whole."""


def _tested(test: Path) -> bool:
    """Return whether a test module has the name of a module or package, or of the package that it is in."""
    folder, name = SOURCE / test.relative_to(HERE).parent, test.stem.removeprefix("test_")
    return (folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file() or folder.name == name


@pytest.mark.parametrize("test", MODULES, ids=lambda test: test.relative_to(HERE).as_posix())
def test_a_test_module_has_a_module_or_a_topic(test: Path) -> None:
    name = test.relative_to(HERE)
    if name.parts[0] not in WHOLE:
        assert _tested(test) is (name.as_posix() not in TOPICS), "name it after a module, or add its topic here"


def test_each_topic_has_its_test_module() -> None:
    assert set(TOPICS) <= {test.relative_to(HERE).as_posix() for test in MODULES}


@pytest.mark.parametrize("test", MODULES, ids=lambda test: test.relative_to(HERE).as_posix())
def test_nothing_is_imported_from_a_test_module(test: Path) -> None:
    for node in ast.walk(ast.parse(test.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        module = node.module if isinstance(node, ast.ImportFrom) else None
        assert not any(part.startswith("test_") for name in [*names, module or ""] for part in name.split("."))


def test_a_test_that_runs_the_engine_carries_its_marker() -> None:
    marked = SimpleNamespace(nodeid="marked", fixturenames=["make_stack", "environment", "demo"])
    marked.get_closest_marker = {"engine": pytest.mark.engine}.get
    unmarked = SimpleNamespace(
        nodeid="unmarked", fixturenames=["environment", "demo"], get_closest_marker=lambda _: None
    )
    other = SimpleNamespace(nodeid="other", fixturenames=["environment"], get_closest_marker=lambda _: None)
    pytest_collection_modifyitems([marked, other])  # type: ignore[list-item]
    with pytest.raises(pytest.UsageError, match=r"^unmarked: runs the engine"):
        pytest_collection_modifyitems([marked, other, unmarked])  # type: ignore[list-item]
