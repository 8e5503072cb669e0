"""Comments at planned resources that may be waivers: found through the lines that declare the resources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from acctgate.model.other_change import Planned
from acctgate.plan.terraform_lines import terraform_lines
from acctgate.policy.inline_waivers import Comment, find_comments


def program_comments(planned: Sequence[Planned], root: Path, plans: Iterable[str] = ()) -> tuple[Comment, ...]:
    """Return the comments at planned resources that claim to be waivers.

    Args:
        planned: The planned resources. A Pulumi plan says which line declares each. Of several Terraform plans, a line
            counts only if no other one declares a resource of that address, in whichever of the programs.
        root: The folder of the program, which the lines' files are relative to. Nothing outside of it is read.
        plans: The plans' files: Terraform's configuration is searched beside them, in `root`, and in between.
    """
    places = {each.address: each.place for each in planned if each.place is not None and each.is_pulumi}
    terraform = [each.address for each in planned if not each.is_pulumi]
    if terraform:
        places |= terraform_lines(terraform, (Path(plan).parent for plan in plans), root)
    return find_comments(places, root)
