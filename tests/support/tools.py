"""Load scripts, which are in no package."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from tests.support import ROOT


def load_tool(name: str, folder: str = "tools") -> Any:
    """Return the module FOLDER/NAME.py of the repository."""
    spec = spec_from_file_location(name, ROOT / folder / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
