"""What a plan of Pulumi, and the machine that judges it, show of the plugin that made the plan."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Final

from acctgate.model.preference_keys import BY_API
from acctgate.model.preference_request import FIRST_KEYS
from acctgate.model.provider import Provider
from acctgate.model.provider_eras import ERAS, eras_of_attributes, pulumi_eras
from acctgate.plan.project import PROJECT_FILES, read_settings
from acctgate.plan.provider_plugin import (
    ALICLOUD_PLUGIN,
    ATTACHED,
    OFF_PATH,
    PACKAGE,
    ProviderPlugin,
    ask_plugin,
    attached_port,
    find_plugin_on_path,
    local_plugin,
    newest_plugin,
    released_version,
)
from acctgate.redact import one_line

# The two warnings of the engine, with the plugin's path and its version.
_ON_PATH: Final = re.compile(rf"using {ALICLOUD_PLUGIN}(?:\.\w+)? from \$PATH at ([^\r\n]+?)\s*$")
_OLDER: Final = re.compile(rf"resource plugin {PACKAGE} is expected to have version >=\S+, but has ([^;\s]*);")


def plugin_of_preview(messages: Iterable[str]) -> ProviderPlugin:
    """Return what the warnings of a preview show of the plugin that made it.

    The engine warns if it runs a plugin from PATH, and if a plugin is older than the requested version. So one from
    PATH without the second warning is of the requested version or newer. A program can write such warnings itself:
    they only add versions that are possible, such as that of this machine's own plugin.

    Args:
        messages: The texts of the preview's diagnostics.
    """
    if attached_port(os.environ) is not None:
        return ATTACHED
    messages = list(messages)
    paths, older = _captured(_ON_PATH, messages), _captured(_OLDER, messages)
    return _plugin_of_warnings(paths, older) if paths or older else _substituted_plugin()


def _plugin_of_warnings(paths: Sequence[str], older: Sequence[str]) -> ProviderPlugin:
    """Return what warnings show of the plugin.

    Args:
        paths: The plugins that the engine ran from PATH.
        older: The versions that are older than the requested one.
    """
    versions = [released_version(each) for each in older]
    eras = tuple(era for version in versions if version is not None for era in pulumi_eras(version))
    here = find_plugin_on_path(os.environ)
    if here is not None and paths == [here] and None not in versions:
        why = f"the engine may have run {one_line(here)} from PATH, or the requested version; {OFF_PATH}"
        return ProviderPlugin(others=(*ask_plugin(here).eras, *eras), why=why)
    silent = os.environ.get("PULUMI_DEV")  # the engine does not warn of older plugins
    others = ERAS if silent or None in versions else eras
    ran = f"{one_line(' and '.join(paths))} from PATH" if paths else "another plugin than the requested one"
    what = f"which calls itself {one_line(' and '.join(older))}" if older else "which may be newer than requested"
    remedy = f"{OFF_PATH}, or judge the plan on the machine that made it"
    return ProviderPlugin(others=others, newer=True, why=f"the engine ran {ran}, {what}; {remedy}")


def _captured(pattern: re.Pattern[str], messages: Iterable[str]) -> list[str]:
    """Return what the pattern's group captures in the messages, without repetitions."""
    return list(dict.fromkeys(found[1] for each in messages if (found := pattern.search(each))))


def plugin_of_saved_plan() -> ProviderPlugin:
    """Return the plugin that may have made an update plan, which does not show it: one on PATH of this machine."""
    path = find_plugin_on_path(os.environ)
    found = ask_plugin(path) if path else ProviderPlugin()
    if path is None or found == ProviderPlugin():
        return _substituted_plugin()
    shown = "" if found.version is None else f" ({'.'.join(map(str, found.version))})"
    return ProviderPlugin(
        others=found.eras,
        why=f"a saved plan does not show whether the engine ran {one_line(path)}{shown} from PATH; "
        f"use `pulumi preview --json`, {OFF_PATH}",
    )


def plugin_of_outputs(provider: Provider, outputs: Collection[str]) -> ProviderPlugin:
    """Return what the planned outputs of an update show: they have the attributes that the plugin knows.

    Args:
        provider: The provider as requested.
        outputs: The attributes in Terraform's spelling.
    """
    complete = all(BY_API[key].terraform in outputs for key in FIRST_KEYS)
    shown = eras_of_attributes(outputs, complete=complete)
    if set(provider.eras) <= set(shown):
        return ProviderPlugin()
    why = "the planned state has other attributes than the requested version; use `pulumi preview --json`"
    return ProviderPlugin(others=shown, why=why)


def plugin_of_project(name: str, folders: Iterable[Path]) -> ProviderPlugin:
    """Return the plugin that the file of a project brings, if the file is in one of the folders.

    Args:
        name: The project's name. A project of another name is not the one that is deployed.
        folders: Where to look.
    """
    for path in (folder / file for folder in folders for file in PROJECT_FILES):
        settings = read_settings(path)
        if settings.get("name") == name and (found := local_plugin(settings, path.parent)).foreign:
            return found
    return ProviderPlugin()


def _substituted_plugin() -> ProviderPlugin:
    """Return what the engine on this machine runs in place of the requested version, without a warning."""
    return newest_plugin(os.environ) if attached_port(os.environ) is None else ATTACHED
