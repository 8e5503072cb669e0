"""Where acctgate was installed from, and how others install the same."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate import installation
from acctgate.installation import Installation, find_installation, parse, public_url
from acctgate.version import __version__

COMMIT: Final = "0123456789" * 4
HASH: Final = "ab" * 32
GIT: Final = {"vcs": "git", "commit_id": COMMIT}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            {"url": "https://github.com/a/b.git", "vcs_info": {**GIT, "requested_revision": "main"}},
            Installation("https://github.com/a/b.git", COMMIT),
        ),
        ({"url": "ssh://git@example.com:22/b", "vcs_info": GIT}, Installation("ssh://git@example.com:22/b", COMMIT)),
        ({"url": "https://u:p@example.com/b", "vcs_info": GIT}, Installation("https://example.com/b", COMMIT)),
        (
            {"url": "https://example.com/a.whl", "archive_info": {"hashes": {"sha256": HASH}}},
            Installation("https://example.com/a.whl", sha256=HASH),
        ),
        (
            {"url": "file:///tmp/a%20b.whl", "archive_info": {"hash": f"sha256={HASH}"}},
            Installation(sha256=HASH, path=Path("/tmp/a b.whl")),
        ),
        # What proves nothing, or leads nowhere
        ({"url": "file:///srv/b.git", "vcs_info": GIT}, Installation()),
        ({"url": "https://example.com/b", "vcs_info": {"vcs": "git", "commit_id": "main"}}, Installation()),
        ({"url": "https://example.com/b", "vcs_info": {"vcs": "hg", "commit_id": COMMIT}}, Installation()),
        ({"url": "https://example.com/b", "vcs_info": GIT, "subdirectory": "x"}, Installation()),
        ({"url": "https://example.com/b'; id", "vcs_info": GIT}, Installation()),
        ({"url": "http://example.com/a.whl", "archive_info": {"hashes": {"sha256": HASH}}}, Installation()),
        ({"url": "https://example.com/a.whl", "archive_info": {}}, Installation()),
        ({"url": "https://example.com/a.whl", "archive_info": {"hashes": {"md5": "1"}}}, Installation()),
        ({"url": 7, "vcs_info": GIT}, Installation()),
        ({"url": "https://example.com:x/b", "vcs_info": GIT}, Installation()),
        ({"url": "http://[x", "archive_info": {"hashes": {"sha256": HASH}}}, Installation()),
        ({"url": "http://[x", "dir_info": {}}, Installation()),
        ({"url": "file://[x/", "dir_info": {}}, Installation()),
        ({"url": "file:///a%00b", "dir_info": {"editable": True}}, Installation()),
        ({"url": "file:///a\0b.whl", "archive_info": {"hash": f"sha256={HASH}"}}, Installation()),
        ({}, Installation()),
    ],
)
def test_what_a_record_says(record: dict[str, Any], expected: Installation) -> None:
    assert parse(record) == expected


def test_what_others_install() -> None:
    git = Installation("https://github.com/a/b.git", COMMIT)
    assert git.requirement("pulumi") == f"'acctgate[pulumi] @ git+https://github.com/a/b.git@{COMMIT}'"
    assert (git.github, git.wheel) == (f"a/b@{COMMIT}", None)
    assert Installation("https://gitlab.com/a/b", COMMIT).github is None
    archive = Installation("https://e.com/a.whl", sha256=HASH)
    assert archive.requirement() == f"'acctgate @ https://e.com/a.whl#sha256={HASH}'"
    assert archive.github is None
    local = Installation(sha256=HASH, path=Path("/x/a-1.whl"))
    assert local.requirement() == f'"acctgate @ file://$PWD/.acctgate/a-1.whl#sha256={HASH}"'
    assert Installation(sha256=HASH, path=Path("/x/a$(id).whl")).requirement() is None
    assert Installation().requirement() is Installation(path=Path("/x")).requirement() is None


@pytest.mark.parametrize(
    ("source", "command"),
    [
        (Installation("https://e.com/b", COMMIT), f"pip install 'acctgate[pulumi] @ git+https://e.com/b@{COMMIT}'"),
        (Installation(path=Path("/src/a b"), editable=True), "pip install -e '/src/a b[pulumi]'"),
        (Installation("https://e.com/b", COMMIT, path=Path("/src")), "pip install '/src[pulumi]'"),
        (Installation(sha256=HASH, path=Path("/x/a-1.whl")), "pip install '/x/a-1.whl[pulumi]'"),
        (Installation(), f"pip install 'acctgate[pulumi]=={__version__}'"),
    ],
)
def test_how_this_machine_adds_the_extra(source: Installation, command: str) -> None:
    assert source.command("pulumi") == command


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("git@github.com:a/b.git", "ssh://git@github.com/a/b.git"),
        ("https://token@github.com/a/b", "https://github.com/a/b"),
        ("https://github.com/a/b?token=1#x", "https://github.com/a/b"),
        ("/srv/b.git", None),
        ("git://example.com/b", None),
        ("", None),
    ],
)
def test_the_url_of_a_remote(remote: str, expected: str | None) -> None:
    assert public_url(remote) == expected


def _git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


def test_a_checkout_is_its_remotes_commit_only_if_the_remote_has_it(tmp_path: Path) -> None:
    record = {"url": tmp_path.as_uri(), "dir_info": {"editable": True}}
    local = Installation(path=tmp_path, editable=True)
    assert parse(record) == local, "no repository"
    _git(tmp_path, "init", "--quiet")
    _git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "x")
    commit = _git(tmp_path, "rev-parse", "HEAD")
    _git(tmp_path, "remote", "add", "origin", "git@example.com:a/b.git")
    assert parse(record) == local, "nobody has pushed the commit"
    _git(tmp_path, "update-ref", "refs/remotes/origin/main", commit)
    assert parse(record) == Installation("ssh://git@example.com/a/b.git", commit, path=tmp_path, editable=True)
    _git(tmp_path, "remote", "set-url", "origin", "/srv/b.git")
    assert parse(record) == local, "a remote on this machine"


@pytest.mark.parametrize("text", [None, "", "{", "[]", "7"])
def test_no_record(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    class Distribution:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return text

    monkeypatch.setattr(installation, "distribution", lambda _: Distribution())
    assert find_installation() == Installation()
