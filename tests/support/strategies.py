"""Strategies and settings for hypothesis."""

from __future__ import annotations

import json
import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

_EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
"""How many random examples `make fuzz` tries. The tests try the same 150 each time."""
SETTINGS = settings(
    derandomize=not _EXAMPLES,
    deadline=None,
    max_examples=int(_EXAMPLES or 150),
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
KEYS = [
    "version",
    "SecurityPreference",
    "LoginProfilePreference",
    "AccountSecurityPracticeInfo",
    "CompliancePackReport",
    "CompliancePackReports",
    "errors",
    "Code",
    "Message",
    "AccountId",
    "ReportUrl",
    "rules",
    "waivers",
    "extends",
    "login-mfa",
    "require",
    "level",
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(KEYS)
JSON: SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)
TEXT = st.text(max_size=200) | st.text(alphabet='<>/&;![]{}":,0 aD\n', max_size=80)
RAW = (
    st.binary(max_size=200)
    | TEXT.map(lambda text: text.encode(errors="replace"))
    | JSON.map(lambda value: json.dumps(value).encode())
)
