"""The engine runs a plugin on PATH, or the project file's, whatever version the program requests."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pulumi.runtime.proto import plugin_pb2

from acctgate.crossguard import engine_plugin
from acctgate.crossguard.engine import search_path
from acctgate.crossguard.engine_command import EngineCommand
from acctgate.crossguard.engine_plugin import find_plugin
from acctgate.crossguard.planned_preference import Declared, planned
from acctgate.demo.provider import StandIn
from acctgate.model.planned_change import PlannedChange
from acctgate.model.provider_eras import ERAS, NEWEST
from acctgate.plan.provider_plugin import ATTACHED, ProviderPlugin
from tests.support.plugin import serve

URN: Final = "urn:pulumi:test::gate::alicloud:ram/securityPreference:SecurityPreference::pref"
PROVIDER: Final = "urn:pulumi:test::gate::pulumi:providers:alicloud::default_4_0_1"
NAME: Final = "pulumi-resource-alicloud"


def change() -> PlannedChange:
    """Return an update by the newest era, as the SDK requests it: it resets the session that older ones leave."""
    before = {"mfaOperationForLogin": "independent", "loginNetworkMasks": "10.0.0.0/8"}
    recorded = {"provider": f"{PROVIDER}::id", "inputs": before, "outputs": before}
    return planned(Declared(URN, {"mfaOperationForLogin": "mandatory"}, PROVIDER), {URN: recorded}, EngineCommand())


def plugin(folder: Path, script: str) -> Path:
    """Write a plugin, and return its folder."""
    folder.mkdir(exist_ok=True)
    (folder / NAME).write_text(f"#!/bin/sh\n{script}\n")
    (folder / NAME).chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_plugin, "engine_process", lambda: None)
    for name in ("PULUMI_IGNORE_AMBIENT_PLUGINS", "PULUMI_DEBUG_PROVIDERS", "PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")


def put_on_path(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_without_a_plugin_on_path_the_requested_version_counts() -> None:
    assert find_plugin().applied_to(change()).provider.eras == NEWEST


def test_a_plugin_on_path_decides_by_its_own_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret")
    put_on_path(monkeypatch, plugin(tmp_path, '[ "$*$ALIBABA_CLOUD_ACCESS_KEY_SECRET" = -version ] && echo v3.76.0'))
    provider = find_plugin().applied_to(change()).provider
    assert (provider.version, provider.eras) == ("3.76.0", ERAS[:1])
    monkeypatch.setenv("PULUMI_IGNORE_AMBIENT_PLUGINS", "True")
    assert find_plugin() == ProviderPlugin()


@pytest.mark.parametrize("script", ["echo dirty", "echo v0.0.0", "echo v4.0.0; exit 1", "exec sleep 9"])
def test_a_plugin_that_names_no_version_may_be_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr("acctgate.plan.provider_plugin._TIMEOUT", 0.3)
    put_on_path(monkeypatch, plugin(tmp_path, script))
    after = find_plugin().applied_to(change())
    assert after.provider.eras == ERAS[1:]  # the oldest does not know mfaOperationForLogin
    note = after.effects()["LoginSessionDuration"].note
    assert f"; the engine runs {tmp_path / NAME} from PATH, which names no version; take it off PATH, or set" in note


def test_the_stand_in_is_of_any_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = search_path(tmp_path / "pulumi", tmp_path, stand_in=True)
    monkeypatch.setenv("PATH", f"{path}:/usr/bin:/bin")
    assert (tmp_path / NAME).exists()
    assert find_plugin() == ProviderPlugin()


def test_another_path_of_the_engine_leaves_the_version_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's process is this one; only it was started without the plugin on PATH."""
    monkeypatch.setattr(engine_plugin, "engine_process", os.getpid)
    put_on_path(monkeypatch, plugin(tmp_path / "own", "echo v4.0.0"))
    assert find_plugin().why.startswith(f"the engine may run {tmp_path / 'own' / NAME} from PATH; ")


@pytest.mark.parametrize(
    ("settings", "source"),
    [
        ({"plugins": {"providers": [{"name": "alicloud", "path": "bin"}]}}, "bin"),
        ({"plugins": {"providers": [{"name": "aws", "path": "bin"}]}}, None),
        ({"packages": {"alicloud": "./bin"}}, "./bin"),
        ({"packages": {"alicloud": {"source": "../bin", "version": "4.0.0"}}}, "../bin"),
        ({"packages": {"alicloud": "alicloud@4.0.0"}}, None),
        ({"packages": {"own": "./own"}}, "../bin"),
        ({"packages": {"plain": "./plain"}}, None),  # it provides resources of its own name only
        ({"packages": {"alicloud": "bin@x"}}, "bin@x"),  # no version, so the engine takes it for a folder
        ({"packages": {"alicloud": "alicloud@v4.0.0-alpha.1"}}, None),
        ({"packages": ["alicloud"], "plugins": "alicloud"}, None),
    ],
)
def test_the_project_file_names_another_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], source: str | None
) -> None:
    """The program under judgement brings it, so what it says of its version proves nothing."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own/PulumiPlugin.yaml").write_text("runtime: python\npackages: {alicloud: ../bin, own: ../own}\n")
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "gate", "runtime": "yaml", **settings}))
    monkeypatch.setenv("PULUMI_PROJECT", "gate")
    monkeypatch.setenv("ACCTGATE_PROJECT", str(tmp_path))
    foreign = find_plugin().applied_to(change()).foreign
    assert foreign == (source and f"the project file takes the plugin from {source}; remove that entry")


class _Attached(StandIn):
    """A plugin that names a version, as a real one does."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self._version = version

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=self._version)


def test_the_plugin_that_the_engine_attaches_to_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_path(monkeypatch, plugin(tmp_path, "echo v3.76.0"))
    for attached, expected in (
        (_Attached("3.103.0"), ProviderPlugin((3, 103, 0))),
        (_Attached("0.0.1"), ATTACHED),
        (StandIn(), ProviderPlugin()),
    ):
        with serve(attached) as providers:
            monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", f"aws:1,{providers}")
            assert find_plugin() == expected
    assert find_plugin() == ATTACHED  # it does not run any more
    assert find_plugin().applied_to(change()).provider.eras == ERAS[1:]


def test_an_engine_may_look_for_the_newest_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH", "1")
    old = replace(change(), provider=replace(change().provider, eras=ERAS[2:3]))
    assert find_plugin().applied_to(old).provider.eras == ERAS[2:]
    assert find_plugin().applied_to(change()) == change()
