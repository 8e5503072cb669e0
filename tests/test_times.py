"""Times and durations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from acctgate.language import in_language
from acctgate.times import describe_duration, parse_time, parse_utc, timestamp

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-27T12:00:00", "2026-11-27T12:00:00Z", "2026-11-27T20:00:00+08:00"])
def test_a_time_without_a_zone_is_utc(text: str) -> None:
    assert parse_time(text) == parse_utc(text) == NOON
    assert timestamp(parse_time(text)) == "2026-11-27T12:00:00Z"


@pytest.mark.parametrize("text", [None, "", "noon", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_in_utc_is_none(text: str | None) -> None:
    assert parse_utc(text) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (119, "119 s"), (120, "2 minutes"), (7200, "2 hours"), (172_799, "47 hours"), (172_800, "2 days")],
)
def test_a_duration_has_at_least_two_of_its_unit(seconds: int, text: str) -> None:
    assert describe_duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(("seconds", "text"), [(30, "30 秒"), (600, "10 分钟"), (7200, "2 小时"), (172_800, "2 天")])
def test_a_duration_has_a_chinese_form(seconds: int, text: str) -> None:
    assert in_language(describe_duration(timedelta(seconds=seconds)), "zh") == text
