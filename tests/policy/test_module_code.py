"""The source text of rule modules."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from acctgate.policy.module_code import module_code


def test_garbage_that_parses_does_no_harm(parsing_finalizers: None, tmp_path: Path) -> None:
    for _ in range(20):
        text = "from helper import LEAST\n" + "def judge(score: int) -> bool:\n    return score >= LEAST\n" * 20
        (tmp_path / "ours.py").write_text(text)
        (tmp_path / "helper.py").write_text("LEAST = 60\n")
        code = module_code("./ours.py", tmp_path, ("acme",))
        assert code.files == (("helper.py", "LEAST = 60\n"), ("ours.py", text))
    assert gc.isenabled()


@pytest.mark.parametrize("text", ["x = " + "-" * 20_000 + "1\n", "x = " + "(" * 500, "x = '\0'\n"])
def test_code_that_cannot_be_parsed_counts_as_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "ours.py").write_text(text)
    assert module_code("./ours.py", tmp_path, ("acme",)).files == (("ours.py", text),)


def test_data_that_the_code_names_is_part_of_it(tmp_path: Path) -> None:
    text = 'DATA = (Path(__file__).parent / "lists/allowed.json").read_text()\n'
    text += 'OTHER = "../secret", "/etc/hostname", "x\\0"\n'
    (tmp_path / "rules/lists").mkdir(parents=True)
    (tmp_path / "secret").write_text("x")
    (tmp_path / "rules/lists/allowed.json").write_text("[5]")
    (tmp_path / "rules/ours.py").write_text(text)
    code = module_code("rules/ours.py", tmp_path, ("acme",))
    assert code.files == (("lists/allowed.json", "[5]"), ("ours.py", text))
