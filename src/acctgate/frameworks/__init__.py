"""Control frameworks as data: which rules cover a control, and the weakest parameters that still satisfy it.

Each framework is a YAML file beside this one. A control without a rule says why acctgate cannot judge it.
"""

from __future__ import annotations

from typing import Final

CIS: Final = "cis-2.0"
FRAMEWORKS: Final = (CIS, "mlps-2.0")
"""The ids of the frameworks, in the order of lists."""
