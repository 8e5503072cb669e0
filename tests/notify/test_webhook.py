"""Webhooks: what each service gets, how it is signed, and what happens if it fails."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from time import monotonic, time
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from acctgate.cli.support.notify_options import SERVICES as NAMES
from acctgate.notify import SERVICES, NotifyError, Webhook, find_webhook, send
from acctgate.notify.digest import Message
from acctgate.redact import one_line
from tests.support.chat import OK, Chat
from tests.support.secrets import unprotect

HOSTILE = '<!channel> <@U1> <at user_id="all"></at> <https://evil.example|here> *bold* [a](b) & `x`'
MESSAGE = Message("acctgate: BLOCKED", ("1 of 2 accounts blocked", HOSTILE), "https://ci.example/1?a=1&b=2")
TOKEN = "c0ffee" * 8


@pytest.fixture
def chat() -> Iterator[Chat]:
    """Run a chat service. What a test protects is forgotten at its end."""
    with Chat() as running:
        yield running
    unprotect()


def _send(chat: Chat, service: str, secret: str | None = None, message: Message = MESSAGE) -> tuple[str, Any]:
    """Return the path and body of the message that arrives."""
    chat.answer = OK[service]
    send(Webhook(service, f"{chat.address}/hook?access_token={TOKEN}", secret), message)
    [received] = chat.received
    assert received.kind == "application/json; charset=utf-8"
    return received.path, received.body


def _signature(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def test_the_option_knows_every_service() -> None:
    assert tuple(SERVICES) == NAMES
    assert set(OK) == set(NAMES)


@pytest.mark.parametrize("service", ["dingtalk", "wecom"])
def test_dingtalk_and_wecom_get_text(chat: Chat, service: str) -> None:
    path, body = _send(chat, service)
    assert path == f"/hook?access_token={TOKEN}"
    assert body["msgtype"] == "text"
    text = body["text"]["content"]
    assert text.splitlines()[:2] == ["acctgate: BLOCKED", "1 of 2 accounts blocked"]
    assert text.endswith("\nhttps://ci.example/1?a=1&b=2")
    assert not set("<>") & set(text)
    assert "isAtAll" not in body.get("at", {}) or body["at"]["isAtAll"] is False


def test_dingtalk_is_signed_in_the_address(chat: Chat) -> None:
    path, _ = _send(chat, "dingtalk", "SEC+/=&")
    query = parse_qs(urlsplit(path).query)
    [timestamp], [signature] = query["timestamp"], query["sign"]
    assert abs(int(timestamp) / 1000 - time()) < 60
    assert signature == _signature("SEC+/=&", f"{timestamp}\nSEC+/=&")


def test_a_signature_that_the_service_repeats_is_redacted(chat: Chat) -> None:
    chat.answer = b"no"
    with pytest.raises(NotifyError):
        send(Webhook("dingtalk", f"{chat.address}/hook?access_token={TOKEN}", "SEC+/=&"), MESSAGE)
    [received] = chat.received
    query = parse_qs(urlsplit(received.path).query)
    [signature] = query["sign"]
    for echo in (received.path, f"sign={signature}", signature, quote(signature, safe="")):
        shown = one_line(f"no robot at {echo}")
        assert signature not in shown and quote(signature, safe="") not in shown


def test_feishu_gets_a_post_and_is_signed_in_the_body(chat: Chat) -> None:
    path, body = _send(chat, "feishu", "SECRET")
    assert path == f"/hook?access_token={TOKEN}"
    assert abs(int(body["timestamp"]) - time()) < 60
    assert body["sign"] == _signature(f"{body['timestamp']}\nSECRET", "")
    post = body["content"]["post"]["en_us"]
    assert (body["msg_type"], post["title"]) == ("post", "acctgate: BLOCKED")
    *lines, [link] = post["content"]
    assert link == {"tag": "a", "text": "Report", "href": "https://ci.example/1?a=1&b=2"}
    assert [line[0]["tag"] for line in lines] == ["text", "text"]
    assert not any(set("<>") & set(line[0]["text"]) for line in lines)


def test_feishu_without_a_secret(chat: Chat) -> None:
    _, body = _send(chat, "feishu", message=MESSAGE._replace(link=None))
    assert set(body) == {"msg_type", "content"}
    assert all(part["tag"] == "text" for line in body["content"]["post"]["en_us"]["content"] for part in line)


def test_slack_gets_plain_text_and_one_link(chat: Chat) -> None:
    _, body = _send(chat, "slack", "ignored")
    text, link = body["blocks"]
    assert text["text"]["type"] == "plain_text"
    assert link["text"]["text"] == "<https://ci.example/1?a=1&amp;b=2|Report>"
    assert text["text"]["text"] == body["text"]
    assert not set("<>") & set(body["text"])
    assert "&lt;!channel&gt;" in body["text"]
    assert body["link_names"] is False


def test_slack_without_a_link(chat: Chat) -> None:
    _, body = _send(chat, "slack", message=MESSAGE._replace(link=None))
    assert len(body["blocks"]) == 1


@pytest.mark.parametrize("service", NAMES)
def test_a_long_message_fits(chat: Chat, service: str) -> None:
    _, body = _send(chat, service, message=MESSAGE._replace(lines=("账" * 5000,)))
    if service in ("dingtalk", "wecom"):
        text = body["text"]["content"]
        assert len(text.encode()) <= 2048
        assert text.endswith("账\nhttps://ci.example/1?a=1&b=2")


@pytest.mark.parametrize(
    ("service", "answer", "reason"),
    [
        ("dingtalk", b'{"errcode":310000,"errmsg":"keywords not in content"}', "error 310000: keywords not in content"),
        ("dingtalk", b'{"errcode":false}', "error False: None"),
        ("wecom", b"[]", "the answer has no code"),
        ("wecom", b"<html>", "the answer is not JSON"),
        ("feishu", b'{"code":19021,"msg":"sign match fail"}', "error 19021: sign match fail"),
        ("feishu", b"", "the answer is not JSON"),
        ("slack", b"invalid_payload", "invalid_payload"),
        ("slack", b"", "no answer"),
    ],
)
def test_a_message_that_is_refused(chat: Chat, service: str, answer: bytes, reason: str) -> None:
    chat.answer = answer
    with pytest.raises(NotifyError) as caught:
        send(Webhook(service, chat.address, None), MESSAGE)
    assert str(caught.value) == reason


@pytest.mark.parametrize("status", [301, 307, 404, 429, 500])
def test_a_status_that_is_an_error(chat: Chat, status: int) -> None:
    with Chat() as other:
        chat.status, chat.location, chat.answer = status, f"{other.address}/moved", b"ok"
        with pytest.raises(NotifyError, match=rf"^HTTP {status}(; redirects are not followed)?$"):
            send(Webhook("slack", chat.address, None), MESSAGE)
        assert other.received == []
    assert len(chat.received) == 1


def test_a_service_that_does_not_answer(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acctgate.notify.webhook.SECONDS", 0.3)
    chat.silent = True
    start = monotonic()
    with pytest.raises(NotifyError, match=r"timeout|no answer within 0 s"):
        send(Webhook("slack", chat.address, None), MESSAGE)
    assert monotonic() - start < 5


def test_a_service_that_cannot_be_reached() -> None:
    with Chat() as gone:
        address = gone.address
    with pytest.raises(NotifyError, match="connection"):
        send(Webhook("slack", address, None), MESSAGE)


def test_nothing_that_fails_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(TOKEN)

    monkeypatch.setattr("acctgate.notify.services.Slack.body", fail)
    with pytest.raises(NotifyError, match=r"^RuntimeError$"):
        send(Webhook("slack", "http://127.0.0.1:1", None), MESSAGE)


# The environment


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "X_WEBHOOK is not set"),
        ("  ", "X_WEBHOOK is not set"),
        ("http://chat.example/hook", "X_WEBHOOK is not an https URL"),
        ("ftp://127.0.0.1/hook", "X_WEBHOOK is not an https URL"),
        ("hook", "X_WEBHOOK is not an https URL"),
        ("https://", "X_WEBHOOK is not an https URL"),
        ("https://chat.example/a b", "X_WEBHOOK is not an https URL"),
        ("https://chat.example:x/", "X_WEBHOOK is not a valid URL"),
        ("https://[::1/", "X_WEBHOOK is not a valid URL"),
    ],
)
def test_a_webhook_that_cannot_be_called(url: str, reason: str) -> None:
    with pytest.raises(NotifyError) as caught:
        find_webhook("slack", "X_WEBHOOK", {"X_WEBHOOK": url})
    assert str(caught.value) == reason
    unprotect()


def test_a_webhook_and_its_parts_are_redacted() -> None:
    url = f"https://chat.example/services/T0000/B0000/{TOKEN}?key={TOKEN[::-1]}"
    found = find_webhook("slack", "X_WEBHOOK", {"X_WEBHOOK": f"{url}\n", "X_SECRET": "SECverysecret"})
    assert found == Webhook("slack", url, "SECverysecret")
    for text in (url, TOKEN, TOKEN[::-1], "SECverysecret", json.dumps({"echo": f"bad {TOKEN}"})):
        shown = one_line(f"x {text} y")
        assert not any(secret in shown for secret in (TOKEN, TOKEN[::-1], "SECverysecret")), shown
    assert one_line("services and words stay") == "services and words stay"
    unprotect()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:1/x", "https://a.example"])
def test_a_webhook_that_may_be_called(url: str) -> None:
    assert find_webhook("slack", "X_WEBHOOK", {"X_WEBHOOK": url}).url == url
    unprotect()


@pytest.mark.parametrize(("variable", "key"), [("TEAM_A_WEBHOOK", "TEAM_A_SECRET"), ("DING", "DING_SECRET")])
def test_the_variable_of_the_key(variable: str, key: str) -> None:
    environment = {variable: "https://a.example", key: "SECverysecret", "ACCTGATE_DINGTALK_SECRET": "other"}
    assert find_webhook("dingtalk", variable, environment) == Webhook("dingtalk", "https://a.example", "SECverysecret")
    unprotect()
