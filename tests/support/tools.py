"""Load the scripts in tools/, which are not a package."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from tests.support import ROOT


def load_tool(name: str) -> Any:
    """Return the module tools/NAME.py."""
    spec = spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
