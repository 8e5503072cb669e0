"""A file that lists accounts: its keys, and its errors with file and line."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from acctgate.organization.accounts_file import read_accounts_file
from acctgate.reading import SourceError

YAML = """\
- id: "111"
  alias: prod
  role: audit
  region: ap-southeast-1
  labels: {team: x}
- id: "222"
"""


def _write(folder: Path, text: str, name: str = "accounts.yaml") -> str:
    (path := folder / name).write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_in_yaml_and_in_json(tmp_path: Path) -> None:
    first = {"id": "111", "alias": "prod", "role": "audit", "region": "ap-southeast-1", "labels": {"team": "x"}}
    assert read_accounts_file(_write(tmp_path, YAML)).accounts == [first, {"id": "222"}]
    json = _write(tmp_path, '[\n {"id": "111",\n  "alias": "a"}\n]', "accounts.json")
    assert read_accounts_file(json).accounts == [{"id": "111", "alias": "a"}]


def test_a_file_that_can_be_read_only_once(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    writer = threading.Thread(target=pipe.write_text, args=[YAML])
    writer.start()
    found = read_accounts_file(str(pipe))
    writer.join()
    assert found == read_accounts_file(_write(tmp_path, YAML))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '- id: "111"\n  aliass: x\n',
            ":2: [0].aliass: unknown key (did you mean alias?); use id, alias, role",
        ),
        ('- id: "111"\n- alias: x\n', ":2: [1].id: is missing"),
        ("- id: 111\n", ":1: [0].id: an account id is text; put it in quotes"),
        ('- id: "111"\n- id: "11x"\n', ':2: invalid account id "11x"'),
        ('- id: "111"\n- id: "222"\n\n- id: "111"\n', ":4: account 111 is also in line 1; list it once"),
        ('- id: "111"\n  id: "222"\n', ":2: invalid YAML: duplicate key id"),
        ('- id: "111"\n  role: "a b"\n', ":2: [0].role: invalid role (example: audit, or acs:ram::ACCOUNT:role/audit)"),
        ('- id: "111"\n  alias: x\n  region: Shanghai\n', ":3: region Shanghai: invalid region"),
        ('- id: "111"\n  labels: {team: 7}\n', ":2: [0].labels.team: should be a valid string, found 7"),
        ('accounts:\n- id: "111"\n', ":1: should be a list of accounts"),
        ("[]\n", ":1: should be a list of accounts"),
        ('- id: "111\n', "invalid YAML"),
        ("", ": is empty"),
    ],
)
def test_a_typo_names_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(SourceError) as caught:
        read_accounts_file(path)
    assert str(caught.value).startswith(f"{path}:")
    assert message in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_accounts_file(str(tmp_path / "none.yaml"))
