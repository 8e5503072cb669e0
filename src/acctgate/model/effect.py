"""What a planned resource does to one setting of an account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from acctgate.language import Bilingual, Words

PLANNED: Final = Words("planned by {}", "由 {} 计划")
SETS: Final = Words("{} sets it to {}", "{} 将其设为{}")
FOREIGN: Final = Words("what {} does is unknown: {}", "{} 的作用未知：{}")
"""Notes that effects share."""

Operation = Literal["create", "update", "delete", "same", "unknown"]
"""What the deploy does with the resource. A replacement is a create: the delete before it sends nothing."""


class Marker(Enum):
    """A placeholder for a value that the plan does not show. Its own value is the reason."""

    UNKNOWN = Bilingual("a value that is known only after the deploy", "部署之后才知道的值")
    SECRET = Bilingual("a secret value", "机密值")


UNKNOWN: Final = Marker.UNKNOWN
SECRET: Final = Marker.SECRET


class Unsent(Enum):
    """Stands for a setting that the deploy does not send."""

    LEAVES = "leaves it as it is"


LEAVES: Final = Unsent.LEAVES


@dataclass(frozen=True, slots=True)
class Effect:
    """What the deploy does to one setting."""

    kind: Literal["sets", "unknown", "either", "leaves"]
    """sets it; sets it to an unknown value; sets it to one of several values, where LEAVES is the live one; or
    leaves it as it is, although the program declares it."""
    value: Any
    note: str
