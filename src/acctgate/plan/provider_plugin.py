"""The alicloud plugin that the engine runs, which may be of another version than the program's SDK asks for.

The engine attaches to a plugin that PULUMI_DEBUG_PROVIDERS names, else runs one that the project file names, else one
on PATH, and only then one of the requested version. Sources: `NewProvider`, `getPluginInfoAndPath` and
`defaultHost.Provider` in the engine.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from acctgate.model.other_change import OtherChange, Planned
from acctgate.model.preference_keys import BY_API
from acctgate.model.provider import Provider
from acctgate.model.provider_eras import (
    ERAS,
    ProviderEra,
    Version,
    eras_of_attributes,
    eras_since,
    parse_version,
    pulumi_eras,
)
from acctgate.plan.project import read_settings
from acctgate.programs import output_of
from acctgate.redact import one_line

PACKAGE: Final = "alicloud"
ALICLOUD_PLUGIN: Final = f"pulumi-resource-{PACKAGE}"
STAND_IN_VERSION: Final = "acctgate stand-in, any version"
"""What the demo account's stand-in answers to `-version`: it behaves as the version that the program requests."""
_TIMEOUT: Final = 10  # seconds
_UNRELEASED: Final = (1,)  # a plugin that is built without a version calls itself 0.0.0
_PASSED_ON: Final = ("PATH", "HOME", "SYSTEMROOT")
"""The only variables that a plugin gets to answer for its version: no credentials."""
OFF_PATH: Final = "take it off PATH, or set PULUMI_IGNORE_AMBIENT_PLUGINS=true"
_PUBLISHED: Final = re.compile(r"[\w-][\w.-]*(@v?\d+(\.\d+)*([-+][\w.+-]*)?)?", re.ASCII)
"""A package that comes from a registry."""
_Change = TypeVar("_Change", bound=Planned)


@dataclass(frozen=True, slots=True)
class ProviderPlugin:
    """What is known of the plugin that the engine runs. Without any field, it is of the requested version."""

    version: Version | None = None
    """The version of a plugin that replaces the requested one."""
    others: tuple[ProviderEra, ...] = ()
    """The eras of plugins that may run in place of the requested one."""
    newer: bool = False
    """Whether any newer version than the requested one may run."""
    why: str = ""
    """Why the version is not known, and the remedy."""
    foreign: str | None = None
    """Why it is perhaps not the alicloud provider."""

    @property
    def eras(self) -> tuple[ProviderEra, ...]:
        """The eras of this plugin, which runs in place of the requested one. Empty for the requested one."""
        return self.others if self.version is None else pulumi_eras(self.version)

    def applied_to(self, change: _Change) -> _Change:
        """Return what the deploy does with this plugin."""
        if self.foreign is not None:
            return replace(change, foreign=change.foreign or self.foreign)
        if isinstance(change, OtherChange):
            return change  # all versions treat these resources alike
        declared = [BY_API[key].terraform for key in change.declared if key not in change.ignored]
        return replace(change, provider=self._provider(change.provider, declared))

    def _provider(self, provider: Provider, attributes: Collection[str]) -> Provider:
        """Return the provider with the eras that may run.

        Args:
            provider: The provider as requested.
            attributes: What the program declares. A plugin that does not know one of them refuses it.
        """
        if self.version is not None:
            return replace(provider, version=".".join(map(str, self.version)), eras=self.eras)
        possible = {*provider.eras, *self.others, *(eras_since(provider.eras[0]) if self.newer else ())}
        possible &= set(eras_of_attributes(attributes, complete=False))
        eras = tuple(era for era in ERAS if era in possible) or ERAS
        if set(eras) <= set(provider.eras):
            return provider
        return replace(provider, version="", version_hint=self.why, eras=eras)


ATTACHED: Final = ProviderPlugin(others=ERAS, why="PULUMI_DEBUG_PROVIDERS names another plugin; unset it")
"""A running plugin that the engine attaches to."""


def local_plugin(settings: Mapping[str, Any], folder: Path) -> ProviderPlugin:
    """Return the plugin that a project file brings. The program under judgement brings it, so it proves nothing.

    Args:
        settings: The content of the project file.
        folder: The folder that it is in.
    """
    plugins = settings.get("plugins")
    listed = plugins.get("providers") if isinstance(plugins, dict) else None
    paths = [str(each.get("path")) for each in _objects(listed) if each.get("name") == PACKAGE]
    source = paths[0] if paths else _local_package(settings, folder, set())
    if source is None:
        return ProviderPlugin()
    return ProviderPlugin(foreign=f"the project file takes the plugin from {one_line(source)}; remove that entry")


def newest_plugin(environment: Mapping[str, str]) -> ProviderPlugin:
    """Return the plugin of an engine that looks for the newest installed one, not for the requested version."""
    if not environment.get("PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH"):
        return ProviderPlugin()
    why = "PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH makes the engine run the newest installed plugin; unset it"
    return ProviderPlugin(newer=True, why=why)


def attached_port(environment: Mapping[str, str]) -> str | None:
    """Return the port of the running plugin that the engine attaches to, None if it attaches to none."""
    entries = (entry.partition(":") for entry in environment.get("PULUMI_DEBUG_PROVIDERS", "").split(","))
    return next((port for name, _, port in entries if name == PACKAGE), None)


def ask_plugin(path: str) -> ProviderPlugin:
    """Ask a plugin for its version. The stand-in behaves as any version that a program requests."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    answer = output_of([path, "-version"], _TIMEOUT, environment)
    if answer == STAND_IN_VERSION:
        return ProviderPlugin()
    why = f"the engine runs {one_line(path)} from PATH, which names no version; {OFF_PATH}"
    return plugin_of_version(answer, why)


def plugin_of_version(answer: str, why: str) -> ProviderPlugin:
    """Return the plugin that answers with this version; `why` is the message if the answer is not a released one."""
    version = released_version(answer.strip())
    return ProviderPlugin(others=ERAS, why=why) if version is None else ProviderPlugin(version)


def released_version(text: str) -> Version | None:
    """Return the version that a plugin names, None if it names none that was released."""
    version = parse_version(text)
    return version if version is not None and version >= _UNRELEASED else None


def ask_plugin_on_path(paths: Collection[str | None]) -> ProviderPlugin:
    """Ask the plugin that the engine finds on PATH.

    Args:
        paths: What each PATH that the engine may have leads to; None for nothing.
    """
    found = sorted(path for path in paths if path)
    if len(paths) > 1:
        shown = " or ".join(map(one_line, found))
        return ProviderPlugin(others=ERAS, why=f"the engine may run {shown} from PATH; {OFF_PATH}")
    return ask_plugin(found[0]) if found else ProviderPlugin()


def find_plugin_on_path(environment: Mapping[str, str]) -> str | None:
    """Return the plugin that the engine would find on PATH, of which it ignores relative folders."""
    if environment.get("PULUMI_IGNORE_AMBIENT_PLUGINS", "").lower() in ("1", "true"):
        return None
    folders = filter(os.path.isabs, environment.get("PATH", "").split(os.pathsep))
    return shutil.which(ALICLOUD_PLUGIN, path=os.pathsep.join(folders))


def _local_package(settings: Mapping[str, Any], folder: Path, seen: set[Path]) -> str | None:
    """Return the source of the package that is not the published one, in local packages too.

    A local package provides resources of its own name only: one of another name does not replace the plugin.
    """
    packages = settings.get("packages")
    for name, package in packages.items() if isinstance(packages, dict) else ():
        source = str(package.get("source") if isinstance(package, dict) else package)
        if _PUBLISHED.fullmatch(source):
            continue
        if name == PACKAGE:
            return source
        try:
            path = (folder / source / "PulumiPlugin.yaml").resolve()
        except (ValueError, RuntimeError):  # a null character, or a link to itself
            continue
        nested = {} if path in seen else read_settings(path)
        seen.add(path)
        if found := _local_package(nested, folder, seen):
            return found
    return None


def _objects(value: Any) -> Sequence[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
