"""tools/engine.py: the official archive is installed only with its checksum."""

from __future__ import annotations

import hashlib
import io
import runpy
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.support import ROOT

VERSION = "v3.259.0"
NAME = f"pulumi-{VERSION}-linux-x64.tar.gz"


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Write nothing."""


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Path]:
    """Serve a release; its folder."""
    (folder := tmp_path / "served" / VERSION).mkdir(parents=True)
    with tarfile.open(folder / NAME, "w:gz") as tar:
        for name in ("pulumi/pulumi", "pulumi/pulumi-language-python"):
            (entry := tarfile.TarInfo(name)).mode, entry.size = 0o755, 10
            tar.addfile(entry, io.BytesIO(b"#!/bin/sh\n"))
    publish(folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder.parent))) as server:
        (thread := Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)).start()
        (tmp_path / "address").write_text(f"http://127.0.0.1:{server.server_port}")
        yield folder
        server.shutdown()
        thread.join()


def publish(folder: Path, name: str = NAME) -> None:
    """Write the list of checksums of a release."""
    digest = hashlib.sha256((folder / NAME).read_bytes()).hexdigest()
    (folder / f"pulumi-{VERSION[1:]}-checksums.txt").write_text(f"{'0' * 64}  other.tar.gz\n{digest}  {name}\n")


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the names in the tool, which takes this machine for Linux and downloads from the served release."""
    found = runpy.run_path(str(ROOT / "tools/engine.py"))
    assert found["RELEASES"].startswith("https://") and found["VERSION"] == VERSION
    names: dict[str, Any] = found["main"].__globals__
    monkeypatch.setitem(names, "BIN", tmp_path / "cache/bin")
    monkeypatch.setitem(names, "PINNED", tmp_path / "checksums.txt")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    if (address := tmp_path / "address").exists():
        monkeypatch.setitem(names, "RELEASES", address.read_text())
    return names


def test_an_archive_with_its_checksum_is_installed(release: Path, tool: dict[str, Any]) -> None:
    assert tool["official_release"]() is True
    programs = {path.name: path for path in tool["BIN"].iterdir()}
    assert sorted(programs) == ["pulumi", "pulumi-language-python"]
    assert all(path.stat().st_mode & 0o111 for path in programs.values())
    assert [path.name for path in tool["BIN"].parent.iterdir()] == ["bin"]


def test_another_archive_is_refused(release: Path, tool: dict[str, Any]) -> None:
    with (release / NAME).open("ab") as file:
        file.write(b"x")
    with pytest.raises(SystemExit, match=r"pulumi-v3\.259\.0-linux-x64\.tar\.gz has the SHA-256 checksum .* not"):
        tool["official_release"]()
    assert not tool["BIN"].exists()


def test_an_archive_that_is_not_listed_is_refused(release: Path, tool: dict[str, Any]) -> None:
    publish(release, name=f"x{NAME}")
    with pytest.raises(SystemExit, match="not a published one; nothing installed"):
        tool["official_release"]()
    assert not tool["BIN"].exists()


def test_a_pinned_checksum_decides(release: Path, tool: dict[str, Any]) -> None:
    tool["PINNED"].write_text(f"{'0' * 64}  {NAME}\n")
    with pytest.raises(SystemExit, match="nothing installed"):
        tool["official_release"]()


@pytest.mark.parametrize("lost", [NAME, f"pulumi-{VERSION[1:]}-checksums.txt"])
def test_a_release_that_cannot_be_downloaded(
    release: Path, tool: dict[str, Any], lost: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (release / lost).unlink()
    assert tool["official_release"]() is False
    assert "cannot be downloaded here" in capsys.readouterr().out
    assert not tool["BIN"].exists()


def test_a_member_outside_of_the_archive_is_refused(release: Path, tool: dict[str, Any], tmp_path: Path) -> None:
    with tarfile.open(release / NAME, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../../evil"))
    publish(release)
    with pytest.raises(tarfile.FilterError):
        tool["official_release"]()
    assert not list(tmp_path.rglob("evil"))


def test_an_unknown_machine_has_no_archive(tool: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert tool["official_release"]() is False
