"""The settings of a Pulumi project: Pulumi.yaml."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from acctgate.plan.project import PROJECT_FILES, load_yaml
from acctgate.redact import one_line

PACK_MAIN: Final = '''"""The policy pack. It enforces policy.yaml, which is beside this file."""

from pathlib import Path

from acctgate.crossguard.pack import serve

serve(Path(__file__).with_name("policy.yaml"))
'''
"""The program of a policy pack that does nothing else than the bundled one."""


class ProjectError(Exception):
    """There is no usable Pulumi project. The text is one line: where and why."""


@dataclass(frozen=True, slots=True)
class Project:
    """A Pulumi project."""

    folder: Path
    settings: Mapping[str, Any]
    """The content of the project file."""

    @property
    def name(self) -> str:
        """The project's name."""
        return str(self.settings["name"])

    @property
    def runtime(self) -> str:
        """The language of the program."""
        return runtime_name(self.settings)

    @property
    def program(self) -> Path:
        """The program's file, or the folder that it is in."""
        return self.folder / str(self.settings.get("main") or ".")

    @property
    def uses_this_environment(self) -> bool:
        """Whether the engine would run the program in the Python environment of this process."""
        options = self._runtime_options
        virtualenv = options.get("virtualenv")
        return not options.get("toolchain") and (
            not virtualenv or (self.folder / str(virtualenv)).resolve() == Path(sys.prefix).resolve()
        )

    @property
    def has_pack(self) -> bool:
        """Whether the project has a policy pack of acctgate that can run.

        Any other pack in `policies/` would leave no report. One that does the same as the bundled one is replaced by
        it while its virtual environment is missing.
        """
        modules = [path for path in self._own_pack.glob("*.py") if path.is_file()] if self._pack_settings else []
        if not any(b"acctgate" in module.read_bytes() for module in modules):
            return False
        only_main = [path.name for path in modules] == ["__main__.py"]
        return not (self._missing_environment and only_main and _is_plain(modules[0]))

    def require_program(self) -> None:
        """Check that a program in Python exists.

        Raises:
            ProjectError: It does not exist.
        """
        main = self.program / "__main__.py"
        if not self.program.is_file() and not main.is_file():
            raise ProjectError(f"{main}: no such file; the project's program starts there")

    def require_pack_environment(self) -> None:
        """Check that the virtual environment of the project's own pack exists.

        Without it, an engine with a language host waits for the pack forever.

        Raises:
            ProjectError: It does not exist.
        """
        missing = self._missing_environment
        if missing is not None and self.has_pack:
            raise ProjectError(
                f"{missing}: no such directory, the policy pack's virtual environment; "
                f"run `pulumi install` in {self._own_pack}"
            )

    @property
    def pack(self) -> Path:
        """The folder of the project's policy pack; of the bundled one if the project has none."""
        return self._own_pack if self.has_pack else Path(__file__).parent / "bundled_pack"

    @property
    def _own_pack(self) -> Path:
        return self.folder / "policies"

    @property
    def _pack_settings(self) -> Mapping[str, Any] | None:
        return _read_settings(self._own_pack / "PulumiPolicy.yaml")

    @property
    def _missing_environment(self) -> Path | None:
        virtualenv = runtime_options(self._pack_settings or {}).get("virtualenv")
        path = self._own_pack / str(virtualenv or ".")
        return None if path.exists() else path

    def relocated(self) -> dict[str, Any]:
        """Return settings that work in another folder, so that a stack's files stay out of the project."""
        moved = {**self.settings, "main": str(self.program)}
        moved.pop("backend", None)
        options = self._runtime_options
        if options.get("virtualenv"):
            virtualenv = str(self.folder / str(options["virtualenv"]))
            moved["runtime"] = {**moved["runtime"], "options": {**options, "virtualenv": virtualenv}}
        return moved

    @property
    def _runtime_options(self) -> Mapping[str, Any]:
        return runtime_options(self.settings)


def runtime_options(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options of a project's runtime, empty if there are none."""
    runtime = settings.get("runtime")
    options = runtime.get("options") if isinstance(runtime, dict) else None
    return options if isinstance(options, dict) else {}


def _read_settings(path: Path) -> Mapping[str, Any] | None:
    """Return the settings of a policy pack, None if there is none. The engine explains invalid ones."""
    if not path.is_file():
        return None
    try:
        settings = load_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, OSError, UnicodeDecodeError):
        settings = None
    return settings if isinstance(settings, dict) else {"name": ""}


def _is_plain(module: Path) -> bool:
    """Return whether a pack's program is the usual one, with nothing but comments below it."""
    text = module.read_text(encoding="utf-8", errors="replace")
    below = text.removeprefix(PACK_MAIN)
    return text != below and all(line.startswith("#") for line in below.splitlines() if line.strip())


def read_project(folder: Path) -> Project:
    """Read the project in a folder.

    Raises:
        ProjectError: There is no project file, or it is invalid.
    """
    path = next((folder / name for name in PROJECT_FILES if (folder / name).is_file()), None)
    if path is None:
        raise ProjectError(f"{folder}: no Pulumi.yaml; run this in a Pulumi project")
    try:
        settings = load_yaml(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:  # a program in YAML is in this file
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ProjectError(f"{where}: invalid YAML: {one_line(error.problem)}") from None
    except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path}: invalid YAML: {one_line(error)}") from None
    if not isinstance(settings, dict) or not settings.get("name") or not runtime_name(settings):
        raise ProjectError(f"{path}: a Pulumi project has a name and a runtime")
    return Project(folder, settings)


def runtime_name(settings: Mapping[str, Any]) -> str:
    """Return the language of a project's program, empty if there is none."""
    runtime = settings.get("runtime")
    return str(runtime.get("name") if isinstance(runtime, dict) else runtime or "")
