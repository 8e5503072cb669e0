"""The YAML that policies are written in: YAML 1.2's numbers, and nothing that explodes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from acctgate.policy import PolicyError, load_policy
from acctgate.policy.source import parse

TEXT = [
    "070",
    "-07",
    "0x10",
    "0o17",
    "0b1",
    "1:30",
    "1_000",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "2026-01-31",
    "1e",
    "+.5.1",
]


def value(text: str) -> Any:
    """Return the value of a key."""
    return parse(f"a: {text}\n", "p", is_json=False)[0]["a"]


@pytest.mark.parametrize("text", TEXT)
def test_what_only_yaml_1_1_reads_is_text(text: str) -> None:
    assert value(text) == text


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("-1", -1), ("+12", 12), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.", 1.0)]
)
def test_numbers(text: str, number: float) -> None:
    assert value(text) == number and type(value(text)) is type(number)


@pytest.mark.parametrize(("text", "switch"), [("true", True), ("False", False), ("null", None), ("~", None)])
def test_switches(text: str, switch: bool | None) -> None:
    assert value(text) is switch


@pytest.mark.parametrize("text", ["!!int 070", "!!int 0x10", "!!int 1_0", "!!float 1:30", "!!bool yes"])
def test_a_tag_does_not_let_them_in(text: str) -> None:
    with pytest.raises(PolicyError, match=r"^p:1: invalid YAML: not a YAML 1\.2 (int|float|bool)$"):
        value(text)


@pytest.mark.parametrize("text", ["070", "0x10", "1:30", "1_0"])
def test_such_a_number_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    (file := tmp_path / "p.yaml").write_text(f"version: 1\nrules:\n  security-score: {{minimum: {text}}}\n")
    with pytest.raises(PolicyError, match=f'p.yaml:3: rules.security-score.minimum: .*"{text}"'):
        load_policy(file)


def bomb(levels: int) -> str:
    """Aliases that multiply by nine at each level."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


MERGES = "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40))


@pytest.mark.parametrize(
    "text",
    [
        f"version: 1\n{bomb(30)}\n",
        f"{bomb(30)}\nversion: *a29\n",
        "version: 1\nrules: &a {root-mfa: *a}\n",
        "version: 1\n" + "a0: &a0 []\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 3000)),
        "version: 1\na: " + "[" * 5000,
        "version: 1\na: " + "{a: " * 5000,
        "version: 1\na0: &a0 {k0: 1}\n" + MERGES,
    ],
    ids=["bomb", "bomb-as-version", "loop", "chain", "lists", "mappings", "merge-keys"],
)
def test_what_explodes_is_refused_at_once(tmp_path: Path, text: str) -> None:
    (file := tmp_path / "p.yaml").write_text(text)
    begin = time.process_time()
    with pytest.raises(PolicyError, match=r"invalid YAML|unknown key") as caught:
        load_policy(file)
    assert time.process_time() - begin < 1 and len(str(caught.value)) < 300


def test_diamonds_of_extends_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / "p0.yaml").write_text("version: 1\nrules: {root-mfa: {}}\n")
    for n in range(1, 10):
        names = ", ".join([f"p{n - 1}.yaml"] * 20)
        (tmp_path / f"p{n}.yaml").write_text(f"version: 1\nextends: [{names}]\n")
    begin = time.process_time()
    assert load_policy(tmp_path / "p9.yaml").rules["root-mfa"]["level"] == "mandatory"
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_byte_order_mark_names_the_encoding(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    (file := tmp_path / "p.yaml").write_bytes((mark + "version: 1\nrules: {root-mfa: {}}\n").encode(encoding))
    assert load_policy(file).rules["root-mfa"]["level"] == "mandatory"
