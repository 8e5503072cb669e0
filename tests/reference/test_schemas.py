"""The JSON Schemas and the strict models say the same of the same examples, and the files in schemas/ are current."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from acctgate.model.snapshot import Snapshot, SnapshotError
from acctgate.policy import PolicyError, load_policy
from acctgate.policy.rule_modules import load_rules
from acctgate.reference import schemas
from acctgate.rules import RULES
from tests.support import HERE, ROOT, examples, name_of, read_yaml

POLICIES = examples("policies", ".yaml", ".json")
RULE_EXAMPLES = examples("rules", ".yaml")

NO_DOCUMENT = {
    "broken.json",
    "broken.yaml",
    "trailing-comma.json",
    "yaml-in-a-json-file.json",
    "tab-indent.yaml",
    "unknown-tag.yaml",
    "two-documents.yaml",
    "not-text.yaml",
    "unhashable-key.yaml",
}
"""Nothing that a schema could be asked about: neither YAML nor JSON."""

UNSEEN = {
    "access-key-host-bits.yaml": "arithmetic on addresses",
    "host-bits.yaml": "arithmetic on addresses",
    "host-bits-in-the-second.yaml": "arithmetic on addresses",
    "no-network.yaml": "arithmetic on addresses",
    "unknown-preset.yaml": "any text may name a file",
    "extends-a-missing-file.yaml": "other files",
    "extends-a-folder.yaml": "other files",
    "extends-itself.yaml": "other files",
    "extends-in-a-circle.yaml": "other files",
    "circle.yaml": "other files",
    "extends-what-is-invalid.yaml": "other files",
    "missing-parameter-enabled-again.yaml": "what a file extends may have the parameter",
    "duplicate-key.yaml": "a parser keeps one of them",
    "alias-that-is-the-id-of-another-account.yaml": "a comparison of two values",
    "ignored-until-no-day.yaml": "the calendar",
    "module-that-redefines-severity.yaml": "the code of modules",
    "except-an-unknown-setting.yaml": "rules of modules bring settings of their own",
    "duplicate-key.json": "a parser keeps one of them",
    "duplicate-parameter.yaml": "a parser keeps one of them",
    "duplicate-version.yaml": "a parser keeps one of them",
    "ratio-not-a-number.yaml": "JSON has no NaN",
    "not-a-number.json": "JSON has no NaN",
    "waiver-until-a-date-that-is-none.yaml": "the calendar",
    "waiver-of-an-account-that-is-none.yaml": "the accounts of the policy",
    "group-with-host-bits.yaml": "arithmetic on addresses",
    "group-name-is-a-number.yaml": "a key in JSON is always text",
    "group-matches-an-id-that-is-none.yaml": "what an account ID looks like",
    "group-without-a-parameter.yaml": "the policy outside of the group may have the parameter",
    "waiver-of-an-ambiguous-alias.yaml": "the accounts of the policy",
    "account-id-is-a-number.yaml": "a key in JSON is always text",
    "extends-a-list-with-a-missing-file.yaml": "other files",
    "extends-a-package-that-is-missing.yaml": "other files",
    "extends-a-file-that-a-package-lacks.yaml": "other files",
    "extends-out-of-a-package.yaml": "other files",
    "module-is-missing.yaml": "other files",
    "module-is-not-installed.yaml": "other files",
    "module-name-is-none.yaml": "other files",
    "module-raises.yaml": "other files",
    "module-ends-the-process.yaml": "other files",
    "module-has-no-rules.yaml": "other files",
    "module-takes-a-name.yaml": "other files",
    "module-of-words.yaml": "other files",
    "module-with-open-parameters.yaml": "other files",
    "modules-with-one-id.yaml": "other files",
    "own-parameter-too-large.yaml": "only `acctgate schema policy --policy FILE` knows the rules of modules",
    "own-parameter-missing.yaml": "only `acctgate schema policy --policy FILE` knows the rules of modules",
    "own-parameter-unknown.yaml": "only `acctgate schema policy --policy FILE` knows the rules of modules",
    "own-rule-unknown.yaml": "only `acctgate schema policy --policy FILE` knows the rules of modules",
    "own-waiver-unknown.yaml": "only `acctgate schema policy --policy FILE` knows the rules of modules",
}
"""What acctgate refuses and JSON Schema cannot see, and why."""


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    found = schemas.schema(name)
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def _sees(name: str, document: Any) -> bool:
    return bool(_validator(name).is_valid(document))


def _loads(path: Path) -> bool:
    try:
        load_policy(path)
    except PolicyError:
        return False
    return True


def _document(path: Path) -> Any:
    return json.loads(path.read_text()) if path.suffix == ".json" else read_yaml(path)


@pytest.mark.parametrize("path", POLICIES, ids=name_of)
def test_policies(path: Path) -> None:
    if path.name in NO_DOCUMENT:
        with pytest.raises((ValueError, yaml.YAMLError)):
            _document(path)
        return
    document = _document(path)
    if isinstance(document, dict) and any(isinstance(document.get(key), dict) for key in ("accounts", "groups")):
        document = json.loads(json.dumps(document))
    assert _sees("policy", document) is (_loads(path) or path.name in UNSEEN)


@pytest.mark.parametrize("path", [path for path in POLICIES if path.name.startswith("own-")], ids=name_of)
def test_policies_with_own_rules(path: Path) -> None:
    """The schema that knows the modules' rules sees what is wrong with them."""
    known = [*RULES, *load_rules("acme.py", HERE / "policies" / "modules")]
    found = schemas.policy_schema(known)
    jsonschema.Draft202012Validator.check_schema(found)
    assert jsonschema.Draft202012Validator(found).is_valid(_document(path)) is _loads(path)


def test_the_exceptions_are_exceptions() -> None:
    invalid = {path.name for path in POLICIES if not _loads(path)}
    assert UNSEEN.keys() | NO_DOCUMENT <= invalid


@pytest.mark.parametrize("name", ["baseline", "strict"])
def test_presets(name: str) -> None:
    document = read_yaml(ROOT / "src" / "acctgate" / "policy" / "presets" / f"{name}.yaml")
    _validator("policy").validate(document)


def _whole_fraction(value: Any) -> bool:
    """Whether 6.0 stands in it: to JSON Schema that is the integer 6."""
    if isinstance(value, dict):
        return any(map(_whole_fraction, value.values()))
    return isinstance(value, float) and value.is_integer()


@pytest.mark.parametrize("path", RULE_EXAMPLES, ids=name_of)
def test_snapshots_of_the_rules(path: Path) -> None:
    document = read_yaml(path)["snapshot"]
    strict = not Snapshot.from_document(document).problems
    assert _sees("snapshot", document) is (strict or _whole_fraction(document))


@pytest.mark.parametrize("path", sorted((HERE / "examples" / "expected").glob("*.json")), ids=name_of)
def test_snapshots_of_the_documents(path: Path) -> None:
    _validator("snapshot").validate(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": "1"},
        {"version": True},
        {"version": None},
        {"version": 0},
        {"account_id": 1},
        {"alias": []},
        {"taken_at": 5},
        {"errors": []},
        {"errors": {"SecurityPreference": "denied"}},
        {"errors": {"SecurityPreference": {"code": "NoPermission"}}},
        {"errors": {"SecurityPreference": {"code": 1, "message": "m"}}},
    ],
    ids=str,
)
def test_what_is_no_snapshot(change: dict[str, Any]) -> None:
    document = {"version": 1, **change}
    assert not _sees("snapshot", document)
    with pytest.raises(SnapshotError) as caught:
        Snapshot.from_document(document)
    assert next(iter(change)) in str(caught.value) and str(caught.value).isprintable()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"account_id": None},
        {"alias": None},
        {"taken_at": None},
        {"account_id": "1"},
        {"new-key": {"a": [1]}},
        {"SecurityPreference": {"NewPreference": {"x": 1}}},
        {"CompliancePackReports": []},
        {"errors": {"SecurityPreference": {"code": "c", "message": "m", "request_id": None, "more": 1}}},
    ],
    ids=str,
)
def test_what_is_a_snapshot(change: dict[str, Any]) -> None:
    document = {"version": 1, **change}
    assert _sees("snapshot", document)
    assert not Snapshot.from_document(document).problems


def test_a_missing_version_is_no_snapshot() -> None:
    assert not _sees("snapshot", {})
    with pytest.raises(SnapshotError, match="version"):
        Snapshot.from_document({})


@pytest.mark.parametrize("path", sorted((HERE / "golden" / "json").glob("*.json")), ids=name_of)
def test_reports(path: Path) -> None:
    _validator("report").validate(json.loads(path.read_text(encoding="utf-8")))


def _report() -> dict[str, Any]:
    report: dict[str, Any] = json.loads((HERE / "golden" / "json" / "clean.json").read_text(encoding="utf-8"))
    return report


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"verdict": "waived"}, {"accounts": {}}, {"counts": None}, {"accounts": [{}]}], ids=str
)
def test_what_is_no_report(change: dict[str, Any]) -> None:
    assert _sees("report", _report())
    assert not _sees("report", {**_report(), **change})


@pytest.mark.parametrize("key", ["rule", "outcome", "level", "severity", "setting", "expected", "message", "actual"])
def test_an_outcome_has_all_its_keys(key: str) -> None:
    report = _report()
    del report["accounts"][0]["outcomes"][0][key]
    assert not _sees("report", report)


@pytest.mark.parametrize("name", schemas.NAMES)
def test_the_files_are_current(name: str) -> None:
    file = ROOT / "schemas" / f"{name}.schema.json"
    assert file.read_text(encoding="utf-8") == schemas.text(name), "run `make docs`"
