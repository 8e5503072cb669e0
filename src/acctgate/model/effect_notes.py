"""Put into words what a planned SecurityPreference does to one setting, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.effect import LEAVES, PLANNED, SETS, Effect, Marker
from acctgate.model.planned_preference import PlannedPreference
from acctgate.model.preference_keys import DEFAULT_HOURS, HOURS, MASKS
from acctgate.model.preference_request import Alternative, Reason
from acctgate.text import show

_DEPENDS: Final = Words("what {} makes of it depends on {}", "{} 对它的作用取决于{}")
_RECORDED_UNKNOWN: Final = Words(
    "{} sends the recorded value again, which is not known", "{} 会再次发送已记录的值，而该值未知"
)
_IGNORES: Final = Words(
    "{} ignores changes of {}, so the deploy does not send it", "{} 忽略 {} 的变更，因此部署不会发送它"
)
_EMPTY: Final = Words('{} gives "" for {}, which the provider takes as left out', '{} 将 {} 设为 ""，provider 视为省略')
_NO_CALL: Final = Words(
    "{} declares {}, but the deploy does not send it: the update sends nothing",
    "{} 声明了 {}，但部署不会发送它：这次更新什么也不发送",
)
_DRIFT: Final = Words(
    "{} declares {}, but the deploy does not send it, since the recorded state has this value already; "
    "run a refresh first",
    "{} 声明了 {}，但部署不会发送它，因为已记录的状态里就是这个值；请先执行 refresh",
)
_REMOVES: Final = Words("{} leaves out {}, which removes it", "{} 省略了 {}，这会移除它")
_RECORDED: Final = Words(
    "{} leaves it out and so sends the recorded value again", "{} 省略了它，因此会再次发送已记录的值"
)
_ENFORCES: Final = Words("{} sends {}, which decides about MFA", "{} 会发送 {}，由它决定 MFA")
_CLEARS: Final = Bilingual("clears the masks", "清空登录掩码")
_RESETS: Final = Bilingual(f"puts the session back to {DEFAULT_HOURS} hours", f"将登录会话恢复为 {DEFAULT_HOURS} 小时")
_ITSELF: Final = Words("this deploy itself {}: {}", "本次部署本身会{}：{}")
_ONLY_CHANGES: Final = Words(
    "provider {} sends {} only when it changes; upgrade to 1.287.0 or later",
    "provider {} 只在 {} 变化时才发送；请升级到 1.287.0 或更高版本",
)
_LEAVES_OUT: Final = Words("{} leaves out {}", "{} 省略了 {}")
_EMPTIES: Final = Words("{} empties {}", "{} 清空了 {}")
_DECLARES_BUT: Final = Words("{} declares {}, but {}", "{} 声明了 {}，但{}")
_SKIPPED: Final = Bilingual("this run perhaps leaves it out", "本次运行可能不包括它")
_DEFERRED: Final = Bilingual("the plan defers it to a later run", "计划把它推迟到以后的运行")
_OR: Final = Words(" or ", " 或 ")
_LIVE: Final = Bilingual("the live value", "线上的值")
_LEAVES_EITHER: Final = Words("{} leaves {}, depending on {}", "{} 的结果是 {}，取决于{}")
_DECLARES: Final = Words("{} declares {}; {}", "{} 声明了 {}；{}")
_SEMICOLON: Final = Words("; ", "；")
_NO_STATE: Final = Bilingual(
    "whether the deploy sends it depends on the recorded state, which is not known",
    "部署是否发送它取决于已记录的状态，而该状态未知",
)
_NO_STACK: Final = Bilingual(
    f"{_NO_STATE}; name the deployed stack with --stack", f"{_NO_STATE.zh}；请用 --stack 指定要部署的堆栈"
)
_PERHAPS_RECORDED: Final = Bilingual(
    "whether the deploy sends it depends on the recorded outputs, which a saved plan does not contain; "
    "use `pulumi preview --json`",
    "部署是否发送它取决于已记录的输出，而保存的计划不包含这些输出；请使用 `pulumi preview --json`",
)
_PERHAPS_REPLACED: Final = Bilingual(
    "whether this deploy updates or replaces it is not shown to the policy pack; "
    "run a refresh first, or judge `pulumi preview --json`",
    "策略包看不到本次部署是更新还是替换它；请先执行 refresh，或评估 `pulumi preview --json`",
)
_IMPORTED: Final = Words("an import leaves it as it is; declare {}", "导入会保持原样；请声明 {}")
_VERSION: Final = Words("the provider's version, which is not known{}; {}", " provider 的版本，而版本未知{}；{}")
_SHOW_SAMES: Final = Bilingual(
    "make the preview with --show-sames, which shows it, or name a version in the resource's options",
    "请用 --show-sames 生成预览以显示版本，或在资源选项中指定版本",
)
_PIN: Final = Bilingual(
    "pin the provider, or name its lock file with --lock-file", "请固定 provider 版本，或用 --lock-file 指定其锁定文件"
)


def effect_of(change: PlannedPreference, key: str, alternatives: Sequence[Alternative]) -> Effect:
    """Return what a change does to a setting, from the values that the setting may have after it."""
    if any(isinstance(each.value, Marker) for each in alternatives):
        return Effect("unknown", None, _unknown_note(change, key, alternatives))
    first = alternatives[0]
    if len(alternatives) > 1:
        values = tuple(each.value for each in alternatives)
        return Effect("either", values, _either_note(change, key, alternatives))
    if first.value is LEAVES:
        return Effect("leaves", change.declared.get(key), _leaves_note(change, key, first.reason))
    return Effect("sets", first.value, _note(change, key, first))


def _unknown_note(change: PlannedPreference, key: str, alternatives: Sequence[Alternative]) -> str:
    given = (change.declared.get(key), change.dead)
    if not any(isinstance(value, Marker) for value in given) and change.depends_on_version(key):
        return fill(_DEPENDS, change.name, _version_note(change))
    marked = next(each for each in alternatives if isinstance(each.value, Marker))
    if marked.reason is Reason.RECORDED:
        return fill(_RECORDED_UNKNOWN, change.name)
    return fill(SETS, change.name, marked.value.value)


def _leaves_note(change: PlannedPreference, key: str, reason: Reason) -> str:
    if key in change.ignored:
        return fill(_IGNORES, change.name, change.spelled(key))
    value = change.declared.get(key)
    shown = value.value if isinstance(value, Marker) else show(value)
    if reason is Reason.EMPTY or (value == "" and key != MASKS):
        return fill(_EMPTY, change.name, change.spelled(key))
    if reason is Reason.NO_CALL:
        return fill(_NO_CALL, change.name, shown)
    return fill(_DRIFT, change.name, shown)


def _note(change: PlannedPreference, key: str, alternative: Alternative) -> str:
    match alternative.reason:
        case Reason.LEFT_OUT | Reason.NOT_SENT if key in (MASKS, HOURS):
            return _default_note(change, key, alternative.reason)
        case Reason.LEFT_OUT:
            return fill(_REMOVES, change.name, change.spelled(key))
        case Reason.RECORDED:
            return fill(_RECORDED, change.name)
        case Reason.ENFORCE:
            return fill(_ENFORCES, change.name, str(change.dead_name))
    return fill(PLANNED, change.name)


def _default_note(change: PlannedPreference, key: str, reason: Reason) -> str:
    does = _CLEARS if key == MASKS else _RESETS
    if reason is Reason.NOT_SENT:
        version = change.provider.version or Bilingual("before 1.287.0", "< 1.287.0")
        return fill(_ITSELF, does, fill(_ONLY_CHANGES, version, change.spelled(key)))
    why = _EMPTIES if key in change.declared else _LEAVES_OUT
    return fill(_ITSELF, does, fill(why, change.name, change.spelled(key)))


def _either_note(change: PlannedPreference, key: str, alternatives: Sequence[Alternative]) -> str:
    values = [each for each in alternatives if each.value is not LEAVES]
    if change.deferred:
        return fill(_DECLARES_BUT, change.name, show(values[0].value), _SKIPPED if change.is_pulumi else _DEFERRED)
    if change.depends_on_version(key):
        found = join(_OR, (_LIVE if each.value is LEAVES else show(each.value) for each in alternatives))
        return fill(_LEAVES_EITHER, change.name, found, _version_note(change))
    unsent = _unsent(change, key)
    if values[0].reason in (Reason.LEFT_OUT, Reason.NOT_SENT) and key in (MASKS, HOURS):
        return join(_SEMICOLON, (_note(change, key, values[0]), unsent))
    return fill(_DECLARES, change.name, join(_OR, (show(each.value) for each in values)), unsent)


def _unsent(change: PlannedPreference, key: str) -> str:
    """Return why it is not known whether the deploy sends a setting."""
    if change.perhaps_replaced or (change.perhaps_imported and change.operation == "update"):
        return _PERHAPS_REPLACED
    if change.perhaps_imported:
        return fill(_IMPORTED, change.spelled(key))
    if key in change.perhaps_recorded:
        return _PERHAPS_RECORDED
    return _NO_STACK if change.is_pulumi and change.recorded is None else _NO_STATE


def _version_note(change: PlannedPreference) -> str:
    version = change.provider.version
    shown = Bilingual(f" ({version})", f"（{version}）") if version else ""
    remedy = change.provider.version_hint or (_SHOW_SAMES if change.is_pulumi else _PIN)
    return fill(_VERSION, shown, remedy)
