"""The chat services: what each one's webhook takes, how it signs, and how it reports an error.

All messages are plain text, which no service reads as markup. Sources: the services' documentation of custom robots
(DingTalk, Feishu, WeCom) and of incoming webhooks (Slack).
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from acctgate.notify.digest import Message
from acctgate.redact import one_line

_LARGEST_TEXT: Final = 2000
"""Bytes. WeCom takes 2,048, the others more."""
_NO_MARKUP: Final = str.maketrans({"<": "‹", ">": "›"})


class Service:
    """A chat service. Most answer with a code, which is 0 if they took the message."""

    code: str = "errcode"
    text: str = "errmsg"

    def url(self, url: str, secret: str | None, now: float) -> str:
        """Return the address to call: the webhook's, with a signature if the service requires one there."""
        return url

    def body(self, message: Message, secret: str | None, now: float) -> dict[str, Any]:
        """Return the request. `now` is in seconds since 1970."""
        raise NotImplementedError

    def error(self, answer: bytes) -> str | None:
        """Return why the service refused the message, None if it took it."""
        try:
            found = json.loads(answer)
        except ValueError:
            return "the answer is not JSON"
        code = found.get(self.code) if isinstance(found, dict) else None
        if code == 0 and not isinstance(code, bool):
            return None
        text = found.get(self.text) if isinstance(found, dict) else None
        return "the answer has no code" if code is None else one_line(f"error {code}: {text}")


class DingTalk(Service):
    """A custom robot of a DingTalk group."""

    def url(self, url: str, secret: str | None, now: float) -> str:
        """See `Service`."""
        if secret is None:
            return url
        timestamp = str(int(now * 1000))
        signature = quote(_hmac(secret, f"{timestamp}\n{secret}"), safe="")
        return f"{url}{'&' if '?' in url else '?'}timestamp={timestamp}&sign={signature}"

    def body(self, message: Message, secret: str | None, now: float) -> dict[str, Any]:
        """See `Service`."""
        return {"msgtype": "text", "text": {"content": _plain(message)}, "at": {"isAtAll": False}}


class WeCom(Service):
    """A group robot of WeCom, which signs nothing."""

    def body(self, message: Message, secret: str | None, now: float) -> dict[str, Any]:
        """See `Service`."""
        return {"msgtype": "text", "text": {"content": _plain(message)}}


class Feishu(Service):
    """A custom bot of a Feishu group."""

    code, text = "code", "msg"

    def body(self, message: Message, secret: str | None, now: float) -> dict[str, Any]:
        """See `Service`."""
        lines: list[list[dict[str, str]]] = [[{"tag": "text", "text": _shown(line)}] for line in message.lines]
        if message.link:
            lines.append([{"tag": "a", "text": "Report", "href": message.link}])
        post = {"en_us": {"title": _shown(message.title), "content": lines}}
        body: dict[str, Any] = {"msg_type": "post", "content": {"post": post}}
        if secret is None:
            return body
        timestamp = str(int(now))
        return {"timestamp": timestamp, "sign": _hmac(f"{timestamp}\n{secret}", ""), **body}


class Slack(Service):
    """An incoming webhook of Slack, which signs nothing and answers `ok`."""

    def body(self, message: Message, secret: str | None, now: float) -> dict[str, Any]:
        """See `Service`."""
        text = "\n".join((message.title, *message.lines))
        for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = text.replace(character, entity)
        blocks = [{"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}]
        if message.link:
            link = {"type": "mrkdwn", "text": f"<{message.link.replace('&', '&amp;')}|Report>", "verbatim": True}
            blocks.append({"type": "section", "text": link})
        return {"text": text, "blocks": blocks, "unfurl_links": False, "link_names": False}

    def error(self, answer: bytes) -> str | None:
        """See `Service`."""
        return None if answer.strip() == b"ok" else one_line(answer[:200].decode(errors="replace")) or "no answer"


SERVICES: Final[Mapping[str, Service]] = {
    "dingtalk": DingTalk(),
    "feishu": Feishu(),
    "wecom": WeCom(),
    "slack": Slack(),
}


def _plain(message: Message) -> str:
    """Return a message as text of at most `_LARGEST_TEXT` bytes, with its link."""
    link = f"\n{message.link}" if message.link else ""
    text = _shown("\n".join((message.title, *message.lines))).encode()
    return text[: _LARGEST_TEXT - len(link)].decode(errors="ignore") + link


def _shown(text: str) -> str:
    """Return text without the brackets of tags and mentions."""
    return text.translate(_NO_MARKUP)


def _hmac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), "sha256").digest()).decode()
