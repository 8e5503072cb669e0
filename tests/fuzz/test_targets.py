"""Each target with random and with damaged input, briefly. `make fuzz` tries more, and is guided by coverage."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, settings

from tests.fuzz.targets import TARGETS, examples
from tests.support.strategies import RAW, SETTINGS

BRIEFLY = SETTINGS if "ACCTGATE_FUZZ_EXAMPLES" in os.environ else settings(SETTINGS, max_examples=25)


@pytest.mark.parametrize("target", TARGETS)
@BRIEFLY
@given(data=RAW)
def test_random_input(target: str, data: bytes) -> None:
    TARGETS[target](data)


@pytest.mark.parametrize("target", [name for name in TARGETS if any(examples(name))])
def test_damaged_input(target: str) -> None:
    rng = random.Random(1)
    for data in [*examples(target)][:12]:
        TARGETS[target](data)
        for _ in range(3):
            position = rng.randrange(len(data) or 1)
            TARGETS[target](data[:position])
            TARGETS[target](data[:position] + bytes([rng.randrange(256)]) + data[position + 1 :])
