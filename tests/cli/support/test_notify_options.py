"""`--notify`: one message about a run, which never changes its verdict."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import one_line
from tests.support.chat import NO_LINK, OK, Chat
from tests.support.process import Done, run_here
from tests.support.secrets import unprotect

TOKEN = "d0decade" * 5
POLICY = "version: 1\nrules:\n  session-duration: {max_hours: 8}\n"


@pytest.fixture
def chat() -> Iterator[Chat]:
    """Run a chat service. What a test protects is forgotten at its end."""
    with Chat() as running:
        yield running
    unprotect()


def _check(folder: Path, chat: Chat, hours: int, *options: str, service: str = "slack", **variables: str) -> Done:
    (folder / "policy.yaml").write_text(POLICY)
    accounts = [
        {
            "version": 1,
            "account_id": f"100000000000000{number}",
            "alias": "<!channel> @all",
            "SecurityPreference": {"LoginProfilePreference": {"LoginSessionDuration": hours + number}},
        }
        for number in range(2)
    ]
    (folder / "accounts.ndjson").write_text("".join(f"{json.dumps(each)}\n" for each in accounts))
    arguments = ("check", "--policy", "policy.yaml", "--snapshot", "accounts.ndjson", "--notify", service, *options)
    webhook = {f"ACCTGATE_{service.upper()}_WEBHOOK": f"{chat.address}/{TOKEN}"}
    return run_here(*arguments, cwd=folder, environment={**NO_LINK, **webhook, **variables})


@pytest.mark.parametrize(
    ("hours", "status", "lines"),
    [
        (1, 0, ["acctgate: PASSED", "0 of 2 accounts blocked"]),
        (8, 1, ["acctgate: BLOCKED", "1 of 2 accounts blocked", "✗ session-duration (medium): 1000000000000001"]),
        (24, 1, ["acctgate: BLOCKED", "1 of 2 accounts blocked, 1 unknown"]),
        (25, 3, ["acctgate: UNKNOWN", "0 of 2 accounts blocked, 2 unknown", "? session-duration (medium)"]),
    ],
)
def test_the_verdict_is_sent(tmp_path: Path, chat: Chat, hours: int, status: int, lines: list[str]) -> None:
    assert _check(tmp_path, chat, hours).status == status
    [message] = chat.received
    text = message.body["text"]
    for line in lines:
        assert line in text
    assert "<" not in text
    assert "@all" not in text


def test_the_message_says_what_changed_since_an_earlier_run(tmp_path: Path, chat: Chat) -> None:
    assert _check(tmp_path, chat, 1, "--format", "json=old.json").status == 0
    assert _check(tmp_path, chat, 8, "--since", "old.json").status == 1
    before, after = (message.body["text"] for message in chat.received)
    assert "since" not in before
    assert re.search(r"since 20\d\d-\S+Z:\n1 newly blocked: ", after)


def test_a_link_and_a_baseline(tmp_path: Path, chat: Chat) -> None:
    (tmp_path / "before").mkdir()
    before = _check(tmp_path, chat, 8, "--format", "json")
    (tmp_path / "before.json").write_text(before.stdout)
    chat.received.clear()
    options = ("--baseline", "before.json", "--notify-link", "https://ci.example/1")
    assert _check(tmp_path, chat, 8, *options).status == 0
    [message] = chat.received
    assert message.body["text"] == "acctgate: PASSED\n0 of 2 accounts blocked"
    assert "<https://ci.example/1|Report>" in json.dumps(message.body["blocks"])


@pytest.mark.parametrize(
    "options",
    [("missing.json",), ("--plan", "missing.json"), ("--baseline", "missing.json")],
    ids=lambda options: options[0],
)
def test_a_run_that_fails_before_any_account_is_judged_is_sent(
    tmp_path: Path, chat: Chat, options: tuple[str, ...]
) -> None:
    done = _check(tmp_path, chat, 1, *options)
    assert (done.status, done.stdout) == (2, "")
    [message] = chat.received
    assert message.body["text"] == "acctgate: ERROR\nThe run failed; see its log."


def test_a_preview_of_an_invalid_policy_is_sent(tmp_path: Path, chat: Chat) -> None:
    webhook = {"ACCTGATE_SLACK_WEBHOOK": f"{chat.address}/{TOKEN}"}
    arguments = ("preview", "--demo", "--policy", "missing.yaml", "--notify", "slack")
    assert run_here(*arguments, cwd=tmp_path, environment={**NO_LINK, **webhook}).status == 2
    [message] = chat.received
    assert message.body["text"].startswith("acctgate: ERROR\n")


def test_wrong_use_is_not_sent(tmp_path: Path, chat: Chat) -> None:
    assert _check(tmp_path, chat, 1, "--framework", "cis-9").status == 2
    assert chat.received == []


def test_several_services_and_variables(tmp_path: Path, chat: Chat) -> None:
    chat.answer = OK["wecom"]
    webhook = {"TEAM_A_WEBHOOK": f"{chat.address}/a"}
    done = _check(tmp_path, chat, 1, "--notify", "dingtalk=TEAM_A_WEBHOOK", service="wecom", **webhook)
    assert (done.status, done.stderr) == (0, "")
    assert sorted(received.path for received in chat.received) == ["/a", f"/{TOKEN}"]


@pytest.mark.parametrize("hours", [1, 8, 25])
def test_a_failed_webhook_changes_nothing(tmp_path: Path, chat: Chat, hours: int) -> None:
    good = _check(tmp_path, chat, hours, "--format", "json")
    chat.status, chat.answer = 403, f"no {TOKEN}".encode()
    bad = _check(tmp_path, chat, hours, "--format", "json")
    assert bad.status == good.status
    assert json.loads(bad.stdout)["accounts"] == json.loads(good.stdout)["accounts"]
    warning = bad.stderr.removeprefix(good.stderr)
    assert warning == "acctgate: --notify slack: HTTP 403; the verdict stands\n"


def test_a_missing_webhook_is_a_warning(tmp_path: Path, chat: Chat) -> None:
    done = _check(tmp_path, chat, 1, ACCTGATE_SLACK_WEBHOOK="")
    assert done.status == 0
    one_line(done.stderr, "--notify slack: ACCTGATE_SLACK_WEBHOOK is not set; the verdict stands")
    assert chat.received == []


@pytest.mark.parametrize("debug", [True, False])
def test_the_address_is_shown_nowhere(tmp_path: Path, chat: Chat, debug: bool) -> None:
    chat.answer = f"no_service {chat.address}/{TOKEN}".encode()
    done = _check(tmp_path, chat, 8, *(["--debug"] if debug else []), "--format", "text", "--format", "html=page.html")
    assert done.status == 1
    assert "no_service" in done.stderr
    texts = [done.stdout, done.stderr, *(path.read_text() for path in tmp_path.glob("*"))]
    assert not any(TOKEN[start : start + 10] in text for text in texts for start in range(0, 30, 4))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--notify", "teams"), "--notify: invalid service; use dingtalk, feishu, wecom, slack"),
        (("--notify", f"https://x.example/{TOKEN}"), "--notify: invalid service"),
        (("--notify", f"slack=https://x.example/{TOKEN}"), "the name of an environment variable, not a URL"),
        (("--notify", "slack="), "the name of an environment variable"),
        (("--notify", "slack", "--notify-link", "ci"), "--notify-link: invalid URL"),
        (("--notify-link", "https://ci.example"), "--notify-link goes with --notify"),
    ],
)
def test_wrong_options(options: tuple[str, ...], message: str, tmp_path: Path) -> None:
    done = run_here("check", "--policy", "baseline", "--snapshot", "-", *options, cwd=tmp_path, stdin=b'{"version": 1}')
    assert done.status == 2
    one_line(done.stderr, message)
    assert TOKEN not in done.stderr
