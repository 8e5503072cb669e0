"""The provider's version in lock files, with one plan and with several."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.model.provider_eras import (
    ERAS,
    ProviderEra,
)
from acctgate.plan.read import read_plan, read_plans
from acctgate.reading import SourceError
from tests.support import HERE

FIRST, SECOND, THIRD, FOURTH = ERAS
SOURCE: Final = "registry.terraform.io/aliyun/alicloud"


def _plan(folder: Path, **config: Any) -> Path:
    document = json.loads((HERE / "plans" / "terraform" / "update-leaves-out.json").read_text(encoding="utf-8"))
    provider = document["configuration"]["provider_config"]["alicloud"]
    del provider["version_constraint"]
    provider.update(config)
    (folder / "plan.json").write_text(json.dumps(document))
    return folder / "plan.json"


def _eras(path: Path, lock_file: str | None = None) -> tuple[ProviderEra, ...]:
    (change,) = read_plan(str(path), lock_file)
    return change.provider.eras


def _lock(path: Path, version: str, source: str = SOURCE) -> str:
    hashes = '  hashes = [\n    "h1:x",\n  ]\n'
    path.write_text(f'# made by tofu\nprovider "{source}" {{\n  version     = "{version}"\n{hashes}}}\n')
    return str(path)


def test_the_lock_file_beside_the_plan(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    assert len(_eras(plan)) > 1
    _lock(tmp_path / ".terraform.lock.hcl", "1.275.0")
    assert _eras(plan) == (THIRD,)


def test_the_lock_file_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    _lock(tmp_path / "work" / ".terraform.lock.hcl", "1.289.0")
    assert _eras(_plan(tmp_path)) == (FOURTH,)


def _unreadable(path: Path, how: str) -> None:
    """Leave something in place of a lock file that cannot be read."""
    match how:
        case "a folder":
            path.mkdir()
        case "a link to nothing":
            path.symlink_to("nowhere")
        case "empty":
            path.touch()
        case "no text":
            path.write_bytes(b"\xff\xfe\xfd")


UNREADABLE: Final = ("a folder", "a link to nothing", "empty", "no text")


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_lock_file_that_cannot_be_read_gives_way_to_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """It may lock another version than the one in the working directory."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    other = _lock(tmp_path / "work" / ".terraform.lock.hcl", "1.289.0")
    plan = _plan(tmp_path)
    _unreadable(tmp_path / ".terraform.lock.hcl", how)
    with pytest.raises(SourceError, match=r"\.terraform\.lock\.hcl: .*; repair it, or name another with --lock-file"):
        _eras(plan)
    assert _eras(plan, other) == (FOURTH,)


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_plan_of_pulumi_needs_no_lock_file(tmp_path: Path, how: str) -> None:
    _unreadable(tmp_path / ".terraform.lock.hcl", how)
    plan = (HERE / "plans" / "pulumi" / "replace.preview.json").read_text(encoding="utf-8")
    (tmp_path / "plan.json").write_text(plan)
    assert len(read_plan(str(tmp_path / "plan.json"))) == 1


def test_a_lock_file_that_is_named(tmp_path: Path) -> None:
    assert _eras(_plan(tmp_path), _lock(tmp_path / "other.hcl", "1.289.0")) == (FOURTH,)
    with pytest.raises(SourceError, match="is not a lock file"):
        _eras(_plan(tmp_path), str(tmp_path / "plan.json"))
    with pytest.raises(SourceError, match="no such file"):
        _eras(_plan(tmp_path), "nowhere.hcl")


def test_a_lock_file_of_something_else_does_not_count(tmp_path: Path) -> None:
    plan = _plan(tmp_path, version_constraint="~> 1.275.0")
    _lock(tmp_path / ".terraform.lock.hcl", "1.289.0")  # it contradicts the constraint
    assert _eras(plan) == (THIRD,)
    _lock(tmp_path / ".terraform.lock.hcl", "1.289.0", "registry.terraform.io/hashicorp/random")
    assert _eras(plan) == (THIRD,)


def test_several_plans_count_together(tmp_path: Path) -> None:
    plan = str(_plan(tmp_path))
    assert len(read_plans([plan, plan])) == 2


def test_several_documents_in_one_file_count_together(tmp_path: Path) -> None:
    text = json.dumps(json.loads(_plan(tmp_path).read_text()))
    (tmp_path / "all.json").write_text(f"{text}\n{text}\n")
    assert len(read_plan(str(tmp_path / "all.json"))) == 2
    (tmp_path / "all.json").write_text(f"{text}\n{{}}\n")
    with pytest.raises(SourceError, match="contains no plan"):
        read_plan(str(tmp_path / "all.json"))


def test_blank_lines_of_a_lock_file_take_no_time(tmp_path: Path) -> None:
    """A search that looks past each of them takes minutes."""
    lock = Path(_lock(tmp_path / ".terraform.lock.hcl", "1.285.0"))
    lock.write_text("\n" * 1_000_000 + lock.read_text())
    assert len(_eras(_plan(tmp_path))) == 1
