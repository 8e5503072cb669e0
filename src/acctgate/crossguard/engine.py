"""Find the Pulumi engine, and give it the helpers that it needs to run Python."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from acctgate.crossguard import variables
from acctgate.plan.provider_plugin import ALICLOUD_PLUGIN, STAND_IN_VERSION

# Helpers that the official installer puts beside the engine. Beside the Automation API, which is a language host for
# programs, the engine needs only these two. The analyzer gets only its first two arguments: the SDK's parser rejects
# -virtualenv=…
# The providers of a program are its code: they must not know where the policy pack writes its report.
_SCRIPTS: Final = {
    "pulumi-resource-pulumi-python": f'''unset {variables.REPORT} {variables.RUN}
exec "${{PULUMI_PYTHON_CMD:-python3}}" -u -m pulumi.dynamic "$@"''',
    "pulumi-analyzer-policy-python": 'exec "${PULUMI_PYTHON_CMD:-python3}" -u -m pulumi.policy "$1" "$2"',
}
# The stand-in replaces the alicloud plugin: a small provider that works only on the demo account.
_STAND_IN: Final = {
    ALICLOUD_PLUGIN: f'''[ "$1" = -version ] && echo "{STAND_IN_VERSION}" && exit
exec "${{PULUMI_PYTHON_CMD:-python3}}" -u -m acctgate.demo.provider "$@"'''
}


class EngineError(Exception):
    """There is no usable engine. The text is one line: what is missing and how to get it."""


def find_engine(project: Path) -> Path:
    """Find the `pulumi` executable: on PATH, in ~/.pulumi/bin, or where `make` installs it in the checkout.

    Args:
        project: The folder of the project or checkout.

    Raises:
        EngineError: There is no engine.
    """
    places = (os.environ.get("PATH"), str(Path.home() / ".pulumi/bin"), str(project / ".cache/pulumi/bin"))
    if found := shutil.which("pulumi", path=os.pathsep.join(filter(None, places))):
        return Path(found)
    raise EngineError("no pulumi on PATH; install it from https://www.pulumi.com/docs/install/")


def has_language_host(engine: Path) -> bool:
    """Return whether the engine can run Python programs by itself."""
    return _has(engine, "pulumi-language-python")


def missing_scripts(engine: Path) -> list[str]:
    """Return which of the scripts that the engine's own language host needs are missing."""
    return [name for name in _SCRIPTS if not _has(engine, name)]


def _has(engine: Path, name: str) -> bool:
    """Return whether the engine finds a helper beside it, or on PATH."""
    path = os.pathsep.join((str(engine.parent), os.environ.get("PATH", "")))
    return shutil.which(name, path=path) is not None


def search_path(engine: Path, scripts: Path, *, stand_in: bool = False) -> str:
    """Return a PATH on which the engine finds its helpers. Missing ones are written to the folder `scripts`.

    Args:
        engine: The `pulumi` executable.
        scripts: An existing folder for helpers.
        stand_in: Replace the alicloud plugin with the demo account's stand-in.
    """
    wanted = {} if has_language_host(engine) else dict(_SCRIPTS)
    if stand_in:
        wanted |= _STAND_IN
    for name, command in wanted.items():
        script = scripts / name
        script.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        script.chmod(0o755)
    places = (str(scripts), str(engine.parent), str(Path(sys.executable).parent), os.environ.get("PATH", ""))
    return os.pathsep.join(places)
