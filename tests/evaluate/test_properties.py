"""What holds for any input, not only for the examples."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, composite

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.networks import (
    Network,
    count_outside,
    coverage,
    outside,
    read_masks,
    union,
)
from acctgate.model.snapshot import Snapshot, SnapshotError
from acctgate.policy import PolicyError, load_policy, load_preset
from acctgate.redact import may_have_secrets, one_line, without_secrets
from acctgate.rules import RULES
from acctgate.rules.base import SettingRule
from acctgate.rules.order import compare_networks
from acctgate.sources import SourceError
from acctgate.sources.responses import read_responses
from acctgate.sources.snapshots import read_snapshots
from tests.support import NOW, judge, outcomes_of
from tests.support.accounts import GOOD
from tests.support.strategies import JSON, RAW, SCALARS, SETTINGS

# Readers


@SETTINGS
@given(raw=RAW)
def test_readers_raise_nothing_but_their_own_errors(tmp_path: Path, raw: bytes) -> None:
    (file := tmp_path / "input").write_bytes(raw)
    try:
        read_responses([str(file)])
    except SourceError as error:
        assert str(error).isprintable()
    for snapshot in read_snapshots([str(file)]):
        assert snapshot.unreadable is None or snapshot.unreadable.isprintable()


@SETTINGS
@given(raw=RAW)
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_the_policy_reader_raises_nothing_but_its_own_error(tmp_path: Path, suffix: str, raw: bytes) -> None:
    (file := tmp_path / f"policy.{suffix}").write_bytes(raw)
    try:
        load_policy(file)
    except PolicyError as error:
        assert str(error).isprintable() and len(str(error)) < 1000


@SETTINGS
@given(document=JSON | JSON.map(lambda value: {"version": 1, "SecurityPreference": value}))
def test_a_snapshot_is_judged_or_refused(document: Any) -> None:
    try:
        snapshot = Snapshot.from_document(document)
    except SnapshotError as error:
        assert str(error).isprintable()
        return
    report = judge(snapshot.document, load_preset("strict"))
    assert {outcome.rule for outcome in report.outcomes} == {rule.id for rule in RULES}
    json.dumps([outcome.actual for outcome in report.outcomes])


# Values


_PATHS = sorted({path for rule in RULES if isinstance(rule, SettingRule) for path in rule.paths}) + [
    ("CompliancePackReports", 0, key) for key in ("ReportStatus", "ReportCreateTimestamp", "CompliancePackId")
]
_PACK = {
    "CompliancePackId": "cp-1",
    "ReportStatus": "COMPLETE",
    "ReportCreateTimestamp": int(NOW.timestamp() * 1000),
}


@SETTINGS
@given(value=JSON, path=st.sampled_from(_PATHS))
def test_a_value_that_the_model_refuses_never_passes(value: Any, path: tuple[str | int, ...]) -> None:
    document: dict[str, Any] = deepcopy({**GOOD, "CompliancePackReports": [_PACK]})
    place: Any = document
    for key in path[:-1]:
        place = place.setdefault(key, {}) if isinstance(place, dict) else place[key]
    place[path[-1]] = value
    refused = path in Snapshot.from_document(document).problems or bool(
        [known for known in Snapshot.from_document(document).problems if known[: len(path)] == path]
    )
    report = judge(document, load_preset("strict"))
    reading = [rule.id for rule in RULES if isinstance(rule, SettingRule) and path in rule.paths]
    reading = reading or (["compliance-report"] if path[-1] != "CompliancePackId" else [])
    first = {rule.id: rule.paths[0] for rule in RULES if isinstance(rule, SettingRule)}
    for rule in reading:
        (outcome,) = outcomes_of(report, rule)
        if outcome.level == "disabled":
            continue
        if refused and not (rule == "login-mfa" and path != first[rule]):  # the newer setting is there and wins
            assert outcome.outcome == "unknown", (path, value, outcome)


@SETTINGS
@given(first=SCALARS, second=SCALARS)
def test_what_is_kept_of_one_account_does_not_colour_the_next(first: Any, second: Any) -> None:
    """A judgement is kept by the values that it was made from; to Python 1, 1.0 and true are equal."""

    def account(value: Any) -> Snapshot:
        keys = ("LoginSessionDuration", "EnableSaveMFATicket", "LoginNetworkMasks", "MFAOperationForLogin")
        return Snapshot.from_document(
            {"version": 1, "SecurityPreference": {"LoginProfilePreference": dict.fromkeys(keys, value)}}
        )

    policy = load_preset("strict")
    together = list(evaluate([account(first), account(second)], policy, NOW))
    alone = [next(iter(evaluate([account(value)], policy, NOW))) for value in (first, second)]
    for one, other in zip(together, alone, strict=True):
        assert [(o.outcome, repr(o.actual)) for o in one.outcomes] == [
            (o.outcome, repr(o.actual)) for o in other.outcomes
        ]


# Masks


def _span(texts: list[str]) -> set[int]:
    """Return the addresses of IPv4 networks as numbers."""
    found: set[int] = set()
    for text in texts:
        network = ip_network(text, strict=False)
        found |= set(range(int(network.network_address), int(network.broadcast_address) + 1))
    return found


@composite
def networks_in_a_kibi(draw: DrawFn) -> list[str]:
    """Networks out of 192.0.0.0/22, of which the first and the third quarter are not public, some IPv4-mapped."""
    drawn = draw(st.lists(st.tuples(st.integers(0, 1023), st.integers(22, 32), st.booleans()), max_size=6))
    addresses = [(str(ip_address(0xC0000000 + host)), prefix, mapped) for host, prefix, mapped in drawn]
    return [f"::ffff:{ip}/{prefix + 96}" if mapped else f"{ip}/{prefix}" for ip, prefix, mapped in addresses]


def _plain(texts: list[str]) -> list[str]:
    pairs = [text.removeprefix("::ffff:").split("/") for text in texts]
    return [f"{ip}/{int(prefix) - 96}" if int(prefix) > 32 else f"{ip}/{prefix}" for ip, prefix in pairs]


@SETTINGS
@given(before=networks_in_a_kibi(), after=networks_in_a_kibi())
def test_the_algebra_of_networks_agrees_with_sets(before: list[str], after: list[str]) -> None:
    old, new = (read_masks(";".join(texts)).networks for texts in (before, after))
    span, later = _span(_plain(before)), _span(_plain(after))
    public = {address for address in span if (address >> 8) & 3 in (1, 3)}
    assert (coverage(old).addresses, coverage(old).public) == (len(span), len(public))
    assert count_outside(old, new) == len(span - later)
    assert (outside(old, new) == []) is (span <= later)
    directions = {(True, True): "changed", (True, False): "stricter", (False, True): "looser", (False, False): "mixed"}
    assert compare_networks(old, new).direction == directions[later <= span, span <= later]


@SETTINGS
@given(left_out=st.sets(st.integers(0, 255), max_size=3), mapped=st.booleans())
def test_the_internet_is_every_eighth_that_has_public_addresses(left_out: set[int], mapped: bool) -> None:
    kept = [f"{first}.0.0.0/8" for first in range(256) if first not in left_out]
    masks = [f"::ffff:{text.removesuffix('/8')}/104" if mapped else text for text in kept]
    public = set(range(1, 224)) - {10, 127}
    networks = read_masks(";".join(masks)).networks
    assert coverage(networks).internet is not bool(left_out & public)
    assert coverage(networks).everything is not bool(left_out)


@pytest.mark.parametrize("text", ["8.8.8.8", "192.88.99.1", "2400:3200::1"])
def test_a_public_address(text: str) -> None:
    assert coverage(read_masks(text).networks).public == 1


NOT_PUBLIC = "0.1.2.3 100.64.0.1 240.0.0.1 224.0.0.1 fe80::1 ::1 2001:db8::1 fd00::1"


@pytest.mark.parametrize("text", NOT_PUBLIC.split())
def test_an_address_that_is_not_public(text: str) -> None:
    assert coverage(read_masks(text).networks).public == 0


@composite
def small_networks(draw: DrawFn) -> list[str]:
    """Networks of 1 to 32 addresses out of 10.0.0.0/27, with host bits now and then."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 31), st.integers(27, 32)), max_size=6))
    return [f"10.0.0.{host}/{prefix}" for host, prefix in pairs]


def _addresses(texts: list[str]) -> set[str]:
    return {str(address) for text in texts for address in ip_network(text, strict=False)}


@SETTINGS
@given(masks=small_networks(), allowed=small_networks())
def test_masks_agree_with_sets_of_addresses(masks: list[str], allowed: list[str]) -> None:
    networks = read_masks(";".join(masks)).networks
    within = tuple(ip_network(text, strict=False) for text in allowed)
    assert list(networks) == [ip_network(text, strict=False) for text in masks]
    assert coverage(networks).addresses == len(_addresses(masks))
    assert _addresses([str(net) for net in union(networks)]) == _addresses(masks)
    stray = [net for net in networks if not _addresses([str(net)]) <= _addresses(allowed)]
    assert outside(networks, within) == stray


@SETTINGS
@given(left_out=st.integers(0, 7), base=st.sampled_from(["0.0.0.0/0", "::/0"]))
def test_all_but_an_eighth_is_not_everything(left_out: int, base: str) -> None:
    eighths: list[Network] = list(ip_network(base).subnets(prefixlen_diff=3))
    assert coverage(eighths).everything
    assert not coverage(eighths[:left_out] + eighths[left_out + 1 :]).everything


@SETTINGS
@given(value=st.text(alphabet="0123456789./;: ab١\t", max_size=40))
def test_every_piece_of_a_mask_is_accounted_for(value: str) -> None:
    masks = read_masks(value)
    pieces = [piece.strip() for piece in value.split(";") if piece.strip()]
    assert len(masks.networks) + len(masks.unreadable) == len(pieces)
    assert masks.every_network is (not pieces)
    assert set(masks.unreadable) <= set(pieces)


# Secrets


URLS = st.from_regex(
    r"[a-z]{2,5}://[a-z]{1,5}\.example/[a-z]{0,4}\?[A-Za-z]{1,8}=[A-Za-z0-9%]{1,8}(&x=[a-z]{1,3})?", fullmatch=True
)
MIXED = st.lists(
    URLS | st.text(max_size=10) | st.sampled_from(["ReportUrl", "Signature=abc", " ", "//"]), max_size=5
).map("".join)


@SETTINGS
@given(value=st.recursive(MIXED, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MIXED, inner, max_size=3)))
def test_what_is_safe_stays_so_and_has_no_query(value: Any) -> None:
    safe = without_secrets(value)
    assert without_secrets(safe) == safe
    for text in _values(safe):
        assert not re.search(r"//[^\s?#\"'<>]*\?\w", text), text
    assert not any(re.search(r"\bSignature=abc", text) for text in _values(safe))


@SETTINGS
@given(value=st.dictionaries(MIXED, MIXED, max_size=3), ascii_only=st.booleans())
def test_looking_for_secrets_never_wrongly_says_no(value: dict[str, str], ascii_only: bool) -> None:
    if without_secrets(value) != value:
        assert may_have_secrets(json.dumps(value, ensure_ascii=ascii_only))


@SETTINGS
@given(text=MIXED | st.text())
def test_a_line_is_a_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable() and len(line) <= 400
    assert one_line(line) == line


def _values(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value
    return [text for item in items for text in _values(item)]
