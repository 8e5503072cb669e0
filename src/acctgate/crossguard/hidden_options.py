"""Options of a resource that make the engine replace it, and that it does not show to policies.

They matter where they are new in the program: what the stack has deployed is in its state. So they are looked for in
the text of the program.
"""

from __future__ import annotations

import re
from typing import Final

_HIDDEN: Final = re.compile(
    r"replace_?on_?changes|replace_?with|replacement_?trigger"
    # An import is an option `import:` of TypeScript and YAML, import_= of Python, and importId of Java and .NET. Go has
    # a function Import, in a package that may have any name.
    r"|\bimport[\"'\]]*\s*:|\.import\b|\[[\"']import[\"']\]|\bimport_\b|import_?id\b|(?-i:\bImport\()",
    re.IGNORECASE,
)


def may_have_hidden_options(text: str) -> bool:
    """Return whether a program may set replaceOnChanges, replaceWith, replacementTrigger or import.

    Args:
        text: All files of the program, empty if they are not all found.
    """
    return not text or _HIDDEN.search(text) is not None
