"""The environment variables that connect a preview, the policy pack and the program."""

from __future__ import annotations

from typing import Final

REPORT: Final = "ACCTGATE_REPORT"
"""The file that the pack writes the whole report to."""
POLICY: Final = "ACCTGATE_POLICY"
"""A policy file, or a preset's name, that overrides the pack's own policy."""
BASELINE: Final = "ACCTGATE_BASELINE"
"""An earlier report or snapshot, which some rules compare the account with."""
FRAMEWORKS: Final = "ACCTGATE_FRAMEWORKS"
"""The frameworks whose controls the pack judges: ids, separated by blanks."""
RUN: Final = "ACCTGATE_RUN"
"""The id of this run. The pack copies it into the report, so that an old report cannot pass for a new one."""
PROJECT: Final = "ACCTGATE_PROJECT"
"""The folder with Pulumi.yaml, if it is not a parent of the pack's folder."""
STATE: Final = "ACCTGATE_STATE"
"""What is known of the state of a new stack without asking the engine."""
STATE_UNKNOWN: Final = "unknown"
"""The new stack may stand in place of a deployed one, so that its state proves nothing."""
STATE_EMPTY: Final = "empty"
"""Nothing is deployed."""
POSITIONS: Final = "ACCTGATE_POSITIONS"
"""The file in which the program records where it declares resources, for the pack to read."""
DEBUG: Final = "ACCTGATE_DEBUG"
"""If set, full tracebacks go to standard error."""
