"""The policy pack, as the `__main__.py` of a pack calls it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from acctgate import log
from acctgate.crossguard import report_file, variables
from acctgate.crossguard.extra import MissingExtraError, require_extra
from acctgate.policy import PolicyError


def serve(policy_file: Path | str) -> None:
    """Serve the pack to the engine until the engine ends the process. The pack's `__main__.py` calls it.

    Args:
        policy_file: The policy that the pack enforces, or a preset's name. ACCTGATE_POLICY overrides it.
    """
    if os.environ.get(variables.DEBUG):
        log.show()
    try:
        require_extra("the policy pack")
        from acctgate.crossguard.pack_policies import run  # noqa: PLC0415 - loads Pulumi's SDK, which is an extra

        report_file.remove()
        run(os.environ.get(variables.POLICY) or str(policy_file))
    except (MissingExtraError, PolicyError, report_file.ReportError) as error:
        sys.stderr.write(f"acctgate: {error}\n")
        sys.exit(1)
