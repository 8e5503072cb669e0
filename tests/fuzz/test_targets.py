"""Each target with random and with damaged input, briefly. `make fuzz` tries more, and is guided by coverage."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings

from tests.fuzz.targets import TARGETS, examples
from tests.support import ROOT
from tests.support.strategies import RAW, SETTINGS

BRIEFLY = SETTINGS if "FUZZ_EXAMPLES" in os.environ else settings(SETTINGS, max_examples=25)


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


def test_make_fuzz_tries_as_much_as_it_says() -> None:
    """conftest.py removes the variables that belong to a user of acctgate."""
    variables = dict(re.findall(r"^fuzz: export (FUZZ_\w+) \?= (\d+)$", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(variables) == {"FUZZ_ANSWERS", "FUZZ_EXAMPLES"}
    script = (
        "import tests.conftest\nfrom tests.evaluate.test_oracle import ANSWERS\n"
        "from tests.fuzz.test_targets import BRIEFLY\nprint(ANSWERS, BRIEFLY.max_examples)"
    )
    environment = {**os.environ, **variables}
    printed = subprocess.check_output([sys.executable, "-c", script], cwd=ROOT, env=environment, text=True)
    assert printed.split() == [variables["FUZZ_ANSWERS"], variables["FUZZ_EXAMPLES"]]


def test_make_test_tries_the_same_examples_each_time() -> None:
    """A random example fails a run whose change has nothing to do with it."""
    foreign = ("FUZZ_", "MAKE", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    command = ["make", "--assume-old=setup", "test", "PYTEST=env"]
    printed = subprocess.check_output(command, cwd=ROOT, env=environment, text=True)
    assert "PULUMI_SKIP_UPDATE_CHECK=true" in printed
    assert "FUZZ_" not in printed
