"""Times and durations: read from text, and put into words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from acctgate.language import Bilingual, Words
from acctgate.text import plural

MAX_CLOCK_SKEW: Final = timedelta(minutes=15)
"""How far ahead another machine's clock may be."""


def parse_time(text: str) -> datetime:
    """Return a time (ISO 8601) with its time zone: UTC if it names none.

    Raises:
        ValueError: It is not a time.
    """
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def parse_utc(text: str | None) -> datetime | None:
    """Return a time (ISO 8601) in UTC, None if there is none or if it is not a time of the years 1 to 9999."""
    try:
        return parse_time(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        return None


def timestamp(now: datetime) -> str:
    """Return a time as a snapshot records it (UTC, ISO 8601)."""
    return now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def describe_duration(duration: timedelta) -> Bilingual:
    """Return a duration in the largest unit of which it has at least two: seconds, minutes, hours or days."""
    seconds = round(duration.total_seconds())
    if seconds < 120:
        return Bilingual(f"{seconds} s", f"{seconds} 秒")
    for name, length, most in ((Words("minutes", "分钟"), 60, 7200), (Words("hours", "小时"), 3600, 172_800)):
        if seconds < most:
            return Bilingual(f"{seconds // length} {name.en}", f"{seconds // length} {name.zh}")
    days = seconds // 86_400
    return Bilingual(plural(days, "day"), f"{days:,} 天")
