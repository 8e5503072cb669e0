"""Write what is generated from the code: schemas/, docs/rules.md and the README's tables.

With --check nothing is written; the exit status is 1 where something is out of date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from acctgate import catalogue, schemas, validators

ROOT = Path(__file__).resolve().parent.parent


def generated() -> dict[Path, str]:
    """Every generated file, and what it should say."""
    files = {ROOT / f"schemas/{name}.schema.json": schemas.text(name) for name in schemas.NAMES}
    files[validators.FILE] = validators.text()
    files[ROOT / "docs/rules.md"] = catalogue.markdown_pages()
    readme = ROOT / "README.md"
    files[readme] = between(readme.read_text(encoding="utf-8"), "rules", catalogue.markdown_table())
    return files


def between(text: str, name: str, content: str) -> str:
    """The text with what stands between the markers of that name replaced."""
    marked = re.compile(rf"(<!-- {name}: .*?-->\n).*?(<!-- /{name} -->)", re.DOTALL)
    return marked.sub(lambda match: f"{match[1]}{content}{match[2]}", text)


def main() -> int:
    """Write, or with --check compare. Returns the exit status."""
    check = "--check" in sys.argv[1:]
    if not check:  # the rest is generated with it
        validators.FILE.write_text(validators.text(), encoding="utf-8", newline="\n")
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
