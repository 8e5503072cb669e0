"""Which policy pack judges a project."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from acctgate.crossguard.project import PACK_MAIN, read_project

VENV: Final = "runtime: {name: python, options: {virtualenv: venv}}\n"
CUSTOM: Final = f"{PACK_MAIN}print(1)\n"


@pytest.mark.parametrize(
    ("files", "own"),
    [
        ({}, False),
        ({"policy.yaml": "version: 1\n"}, False),
        ({"PulumiPolicy.yaml": "runtime: python\n", "__main__.py": PACK_MAIN}, True),
        (
            {"PulumiPolicy.yaml": "runtime: python\n", "__main__.py": "import own\n", "own.py": "import acctgate\n"},
            True,
        ),
        ({"PulumiPolicy.yaml": "runtime: [\n", "__main__.py": PACK_MAIN}, True),
        ({"PulumiPolicy.yaml": "runtime: nodejs\n", "index.ts": "// acctgate\n"}, False),
        ({"PulumiPolicy.yaml": "runtime: python\n", "__main__.py": "PolicyPack()\n"}, False),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": PACK_MAIN}, False),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": f"{PACK_MAIN}# Written by `acctgate init`\n"}, False),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": PACK_MAIN, "venv/pyvenv.cfg": ""}, True),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": CUSTOM}, True),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": PACK_MAIN, "rules.py": "x = 1\n"}, True),
    ],
)
def test_the_own_pack_or_the_bundled_one(tmp_path: Path, files: dict[str, str], own: bool) -> None:
    """The bundled one judges by the same policy, so it replaces only a pack that does nothing else."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: nodejs\n", encoding="utf-8")
    for name, text in files.items():
        path = tmp_path / "policies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    project = read_project(tmp_path)
    assert project.has_pack is own
    assert project.pack.is_relative_to(tmp_path) is own
