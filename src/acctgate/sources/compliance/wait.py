"""Wait until a compliance pack's report is generated."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from acctgate.sources.call_error import TRANSIENT, CallError
from acctgate.sources.compliance.packs import CREATING, CompliancePacks, PackReport
from acctgate.sources.retry import pauses

FIRST_PAUSE: Final = 2.0
"""Seconds before the second look; see `pauses`."""
MAX_PAUSE: Final = 30.0
"""Seconds."""


class NotGeneratedError(Exception):
    """There is no report to wait for, or it was not ready in time. The text is one line."""


def wait_for_report(
    packs: CompliancePacks,
    pack_id: str,
    *,
    timeout: float,
    progress: Callable[[str], None] = lambda _: None,
    generated: bool = False,
    replaced: int | None = None,
) -> PackReport:
    """Return a pack's report once its status is COMPLETE.

    Args:
        packs: Where to ask.
        pack_id: The pack.
        timeout: Seconds to wait at most.
        progress: Receives the status each time it is read.
        generated: Whether a report was just requested: then NONE only means that it has not begun.
        replaced: The ReportCreateTimestamp of the report before the requested one, which is not complete yet.

    Raises:
        NotGeneratedError: The status is NONE although nothing was requested, it is unknown, or the time is over.
        CallError: A call failed for another reason than load or a report in progress.
    """
    end = time.monotonic() + timeout
    for pause in pauses(FIRST_PAUSE, MAX_PAUSE):
        status = _status(packs, pack_id)
        if isinstance(status, PackReport):
            progress(status.status)
            if status.status == "COMPLETE" and (replaced is None or status.created_ms != replaced):
                return status
            if status.status == "NONE" and not generated:
                command = f"acctgate compliance generate {pack_id}"
                raise NotGeneratedError(f"{pack_id}: no report was generated; run `{command}`")
            if status.status not in ("NONE", "CREATING", "COMPLETE"):
                raise NotGeneratedError(f"{pack_id}: unknown ReportStatus {status.status}")
        else:
            progress(status)
        if time.monotonic() + pause > end:
            late = f"the report was not complete within {timeout:g} seconds; wait again later"
            raise NotGeneratedError(f"{pack_id}: {late}")
        time.sleep(pause)
    raise AssertionError("pauses never end")


def _status(packs: CompliancePacks, pack_id: str) -> PackReport | str:
    """Return the report, or the code of an error that may pass."""
    try:
        return packs.report(pack_id)
    except CallError as error:
        if error.error["code"].startswith((CREATING, *TRANSIENT)):
            return error.error["code"]
        raise
