"""Write the files that are generated from the code: schemas/, the pages of rules and the READMEs' tables.

With --check, write nothing and exit with 1 if a file is out of date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import yaml

from acctgate.cli import group
from acctgate.cli.support import command_reference as reference
from acctgate.cli.support import variables
from acctgate.organization.list_accounts import LISTING_SECONDS
from acctgate.policy import PRESETS, load_preset
from acctgate.reference import catalogue, controls, schemas
from acctgate.reference.labels import LABELS
from acctgate.rules import RULES
from acctgate.sources.deadline import ACCOUNT_SECONDS, CALL_SECONDS
from acctgate.sources.http_response import LARGEST_BODY

ROOT = Path(__file__).resolve().parent.parent
PREFERRED_EXAMPLES = (
    "dead-setting/fail/set-alone",
    "dead-setting/pass/the-working-setting",
    "login-lockout/fail/some-have-no-device",
    "login-lockout/pass/everybody-has-a-device",
    "login-mfa/pass/mandatory",
    "network-masks/fail/outside",
    "network-masks/pass/document-example",
    "no-loosening/fail/longer-sessions-within-the-policy",
    "no-loosening/pass/stricter",
    "security-score/fail/one-short",
    "session-duration/pass/as-long-as-allowed",
    "user-mfa/fail/one-without",
    "user-mfa/pass/all",
)
"""Examples that explain a rule better than the shortest one."""

RELIABILITY = """# Reliability

What a user sees when an API, the network or a server in between fails. The tests try each fault with each API
([tests/sources/test_faults.py](../tests/sources/test_faults.py)); this page is generated from their table.

- A fault of one API makes the rules that need its section unknown. The other sections and outcomes stay the same.
  The calls for the password policy, SSO, the AccessKey policy and the rules of a pack are made only if they are needed.
- Nothing passes because of a fault, and no redirect is followed.
- One call takes at most {call} s with its retries, one account at most {account} s. A body has at most {body} MiB after
  decompression.
- Temporary faults are retried: 4 calls in total, within the time limit.
- If no call succeeds, or the role cannot be assumed, nothing is written and the exit status is 2. The message is
  `the account cannot be read: OPERATION failed with …`.
- Calls that list an organization are repeated more often: 8 in total, throttled ones for 5 minutes. The whole listing
  takes at most {listing} minutes. If it fails, nothing is written. If only the folders are unknown, `--include
  folder=…` is an error, and a rule passes only if it passes both within and without each group that selects by folder.

The numbers are exit statuses. All commands write one line that contains the message below. `acctgate check` exits with
3 if a mandatory rule needs the section.

| Command | APIs |
|---|---|
"""


def generated() -> dict[Path, str]:
    """Return the text of each generated file."""
    files = {ROOT / f"schemas/{name}.schema.json": schemas.text(name) for name in schemas.NAMES}
    for language, label in LABELS.items():
        files[ROOT / "docs" / label.file] = catalogue.markdown_page(language, examples())
        readme = ROOT / label.readme
        files[readme] = between(readme.read_text(encoding="utf-8"), "rules", catalogue.markdown_table(language))
    commands = ROOT / "docs/cli.md"
    text = between(commands.read_text(encoding="utf-8"), "cli", reference.markdown(group))
    files[commands] = between(text, "variables", variables.markdown())
    files[ROOT / "docs/reliability.md"] = reliability()
    frameworks = ROOT / "docs/frameworks.md"
    sections = "\n".join(controls.markdown_sections())
    files[frameworks] = between(frameworks.read_text(encoding="utf-8"), "frameworks", sections)
    return files


def reliability() -> str:
    """Return the page of the faults that the tests try with each API."""
    table = yaml.safe_load((ROOT / "tests/sources/faults.yaml").read_text(encoding="utf-8"))
    apis = list(table["apis"])
    limits = {
        "call": f"{CALL_SECONDS:.0f}",
        "account": f"{ACCOUNT_SECONDS:.0f}",
        "listing": f"{LISTING_SECONDS / 60:.0f}",
        "body": LARGEST_BODY >> 20,
    }
    commands = dict[str, list[str]]()
    for name, api in table["apis"].items():
        commands.setdefault(api.get("command", "snapshot --names"), []).append(name)
    lines = [RELIABILITY.format(**limits).rstrip()]
    lines += [f"| `acctgate {command}` | {', '.join(names)} |" for command, names in commands.items()]
    lines += ["", f"| Fault | Message after `OPERATION failed with` | Calls | {' | '.join(apis)} |"]
    lines += [f"|---|---|---|{'---|' * len(apis)}"]
    for fault in table["faults"].values():
        text = re.sub(r" $", " …", fault["message"] or "")
        message = f"`{text}`" if text else "none: the answer is read as usual"
        message = message.format(operation="OPERATION", key="KEY", host="HOST")
        statuses = (str(_status(api)) if fault["message"] else "0" for api in table["apis"].values())
        lines.append(f"| {fault['title']} | {message} | {fault.get('calls', 4)} | {' | '.join(statuses)} |")
    return "\n".join(lines) + "\n"


def _status(api: dict[str, Any]) -> int:
    """Return the exit status of the command that calls an API which fails."""
    status: int = api.get("status", 3 if api["section"] else 2)
    return status


def examples() -> dict[str, dict[str, str]]:
    """Return an example of pass and one of fail for each rule, without the expected outcome."""
    return {rule.id: {outcome: example(rule.id, outcome) for outcome in ("pass", "fail")} for rule in RULES}


def example(rule: str, outcome: str) -> str:
    """Return a listed example, else the shortest with a preset's values, strict before baseline."""
    wanted = [{**load_preset(name).rules[rule], "level": ""} for name in reversed(PRESETS)]

    def rank(path: Path) -> tuple[bool, int, int, str]:
        policy = {**yaml.safe_load(path.read_bytes())["policy"], "level": ""}
        place = wanted.index(policy) if policy in wanted else len(wanted)
        return (f"{rule}/{outcome}/{path.stem}" not in PREFERRED_EXAMPLES, place, path.stat().st_size, path.name)

    chosen = min((ROOT / "tests/rules" / rule / outcome).glob("*.yaml"), key=rank)
    return chosen.read_text(encoding="utf-8").partition("expect:")[0]


def between(text: str, name: str, content: str) -> str:
    """Replace the text between the markers of that name."""
    marked = re.compile(rf"(<!-- {name}: .*?-->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return marked.sub(lambda match: f"{match[1]}{content}{match[2]}", text)


def main() -> int:
    """Write the files, or compare them with --check. Return the exit status."""
    check = "--check" in sys.argv[1:]
    stale = [
        path for path, text in generated().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'is out of date; run `make docs`' if check else 'written'}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(generated()[path], encoding="utf-8", newline="\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
