"""Find the Pulumi engine, and what it needs beside it to run Python."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

# What the official installer puts beside the engine. The Automation API is a language host for programs;
# these two are all that is needed beyond it. The analyzer gets its first two arguments only: the SDK's
# parser stumbles over -virtualenv=…
SCRIPTS: Final = {
    "pulumi-resource-pulumi-python": 'exec "${PULUMI_PYTHON_CMD:-python3}" -u -m pulumi.dynamic "$@"',
    "pulumi-analyzer-policy-python": 'exec "${PULUMI_PYTHON_CMD:-python3}" -u -m pulumi.policy "$1" "$2"',
}
_STAND_IN: Final = {
    "pulumi-resource-alicloud": 'exec "${PULUMI_PYTHON_CMD:-python3}" -u -m acctgate.demo.provider "$@"'
}


class EngineError(Exception):
    """There is no engine that can be used. The text is one line: what is missing and how to get it."""


def find_engine(project: Path) -> Path:
    """The `pulumi` executable: on PATH, in ~/.pulumi/bin, or where `make` has put it in the checkout.

    Raises:
        EngineError: There is none.
    """
    places = [
        os.environ.get("PATH", ""),
        str(Path.home() / ".pulumi/bin"),
        str(project / ".cache/pulumi/bin"),
    ]
    for place in places:
        if found := shutil.which("pulumi", path=place):
            return Path(found)
    raise EngineError("no pulumi on PATH; install it from https://www.pulumi.com/docs/install/, or run `make engine`")


def has_language_host(engine: Path) -> bool:
    """Whether the engine can run Python programs by itself."""
    path = os.pathsep.join((str(engine.parent), os.environ.get("PATH", "")))
    return shutil.which("pulumi-language-python", path=path) is not None


def search_path(engine: Path, scripts: Path, *, stand_in: bool = False) -> str:
    """A PATH on which the engine finds what it needs. Missing helpers are written to the folder `scripts`.

    Args:
        engine: The `pulumi` executable.
        scripts: An existing folder for helpers.
        stand_in: Put the demo account's stand-in in the place of the alicloud plugin.
    """
    wanted = {} if has_language_host(engine) else dict(SCRIPTS)
    if stand_in:
        wanted |= _STAND_IN
    for name, command in wanted.items():
        script = scripts / name
        script.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        script.chmod(0o755)
    places = (str(scripts), str(engine.parent), str(Path(sys.executable).parent), os.environ.get("PATH", ""))
    return os.pathsep.join(places)
