"""The demo account's HTTP: heads of requests, connections that stay open, lists in XML."""

from __future__ import annotations

import re
import socket

import pytest

from acctgate.demo import DemoServer
from acctgate.demo.http_server import to_xml

CALL = "POST / {}\r\nHost: x\r\nx-acs-action: GetCallerIdentity\r\nx-acs-version: 2015-04-01\r\n{}\r\n"


def _answers(*sent: str) -> list[str]:
    """Send requests on one connection. Return the status line of each answer, until the server ends it."""
    with DemoServer() as server:
        host, port = server.endpoint.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall("".join(sent).encode())
            text = b""
            while part := connection.recv(65536):
                text += part
    return re.findall(r"HTTP/1\.1 \d+ [A-Za-z ]+", text.decode())


def test_a_connection_stays_open_until_the_client_closes_it() -> None:
    open_, last = (
        CALL.format("HTTP/1.1", "Connection: Keep-Alive\r\n"),
        CALL.format("HTTP/1.1", "CONNECTION: Close\r\n"),
    )
    assert _answers(open_, open_, last, open_) == ["HTTP/1.1 400 Bad Request"] * 3, "unsigned calls"


def test_http_1_0_closes_the_connection() -> None:
    assert len(_answers(CALL.format("HTTP/1.0", ""), CALL.format("HTTP/1.0", ""))) == 1


@pytest.mark.parametrize("line", ["\x16\x03\x01", "GET /", "GET / HTTP/1.1 x", "GET / SSH-2.0"])
def test_what_is_not_http(line: str) -> None:
    assert _answers(f"{line}\r\n\r\n") == ["HTTP/1.1 400 Bad Request"]


def test_lists_in_xml() -> None:
    tags = {"Tag": [{"Key": "a", "Value": "<1>"}, {"Key": "b", "Value": "2"}]}
    assert to_xml("Tags", tags) == (
        "<Tags><Tag><Key>a</Key><Value>&lt;1&gt;</Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag></Tags>"
    )
    assert to_xml("Packs", [1, 2]) == "<Packs><Pack>1</Pack><Pack>2</Pack></Packs>"
