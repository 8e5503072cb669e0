"""The policy pack, as the `__main__.py` of a pack calls it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from acctgate import log
from acctgate.crossguard import variables
from acctgate.crossguard.parent_process import end_with_parent
from acctgate.crossguard.recorded_state import start_export
from acctgate.installation import PULUMI, MissingExtraError


def serve(policy_file: Path | str) -> None:
    """Serve the pack to the engine until the engine ends. The pack's `__main__.py` calls it.

    Args:
        policy_file: The policy that the pack enforces, or a preset's name. ACCTGATE_POLICY overrides it.
    """
    end_with_parent()
    if os.environ.get(variables.DEBUG):
        log.show()
    try:
        PULUMI.require("the policy pack")
    except MissingExtraError as error:
        sys.exit(f"acctgate: {error}")
    state = start_export()  # while the pack is loading: a preview waits for both
    from acctgate.crossguard.pack_policies import run  # noqa: PLC0415 - loads Pulumi's SDK, which is an extra

    run(os.environ.get(variables.POLICY) or str(policy_file), state)
