"""The environment variables that acctgate reads. docs/cli.md is generated from this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VARIABLES: Final[Mapping[str, str]] = {
    "ACCTGATE_ACCOUNTS": "The IDs of the expected accounts, separated by blanks, as `--account`.",
    "ACCTGATE_BASELINE": "For the policy pack: an earlier report or snapshot, which some rules compare with.",
    "ACCTGATE_DEBUG": "If set, full tracebacks on standard error, as `--debug`.",
    "ACCTGATE_ENDPOINT": "HOST:PORT of a server on this machine that gets all calls, as `--endpoint`. Reports name it.",
    "ACCTGATE_LANGUAGE": "`en` or `zh`: the language of reports and of `explain`, as `--language`.",
    "ACCTGATE_MAX_AGE": "The age from which snapshots are unknown, as `--max-age`.",
    "ACCTGATE_NAMES": "`clear` or `hash`: name the users behind violations, as `--names`.",
    "ACCTGATE_POLICY": "For the policy pack: a policy file or a preset, which overrides the pack's own policy.",
    "ACCTGATE_PROFILE": "A profile of the aliyun CLI, as `--profile`.",
    "ACCTGATE_REGION": "The region, as `--region`.",
    "ACCTGATE_REPORT": "For the policy pack and `preview`: the file that the full JSON report is written to.",
    "ACCTGATE_ROLE_ARN": "A role to assume, as `--role-arn`.",
    "ACCTGATE_SERVICE_SECRET": "The signing key of a `--notify` service, such as ACCTGATE_DINGTALK_SECRET.",
    "ACCTGATE_SERVICE_WEBHOOK": "The URL of a `--notify` service, such as ACCTGATE_DINGTALK_WEBHOOK.",
    "COLUMNS": "The width of text on standard output, at least 60 columns, instead of the terminal's.",
    "FORCE_COLOR": "If set and not empty, `--color auto` colors text in pipes and files too. `NO_COLOR` wins.",
    "NO_COLOR": "If set and not empty, `--color auto` colors nothing.",
}
"""What a user may set, and what it does."""
INTERNAL: Final = frozenset(
    {
        "ACCTGATE_COMPLETE",
        "ACCTGATE_FRAMEWORKS",
        "ACCTGATE_OIDC_TOKEN",
        "ACCTGATE_POSITIONS",
        "ACCTGATE_PROJECT",
        "ACCTGATE_RUN",
        "ACCTGATE_STATE",
    }
)
"""Variables that acctgate sets for its own processes, for completion, or in a pipeline. Do not set them."""


def markdown() -> str:
    """Return the table for docs/cli.md."""
    rows = [f"| `{name}` | {text} |" for name, text in VARIABLES.items()]
    return "\n".join(("| variable | description |", "|---|---|", *rows)) + "\n"
