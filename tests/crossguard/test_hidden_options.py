"""Options of a resource that policies do not see are found in the program's text, in each language of Pulumi."""

from __future__ import annotations

from pathlib import Path

import pytest

from acctgate.crossguard.hidden_options import may_have_hidden_options
from acctgate.plan.program_files import ProgramFiles


@pytest.mark.parametrize(
    "text",
    [
        'new AccountPasswordPolicy("main", {}, { replaceOnChanges: ["*"] })',
        "opts=pulumi.ResourceOptions(replace_on_changes=['*'])",
        'pulumi.ReplaceOnChanges([]string{"*"})',
        '.replaceOnChanges("*")',
        'ReplaceOnChanges = { "*" }',
        "opts=ResourceOptions(replace_with=[other])",
        "{ replacementTrigger: version }",
        '{ import: "1234567890123456" }',
        '{ "import": id }',
        "ResourceOptions(import_=account)",
        'opts.import = "7"',
        'opts["import"] = "7"',
        '{ ["import"]: "7" }',
        'pulumi.Import(pulumi.ID("7"))',
        'sdk.Import(sdk.ID("7"))',
        '.importId("7")',
        'new CustomResourceOptions { ImportId = "7" }',
        "options:\n  import: '7'\n",
        "",
    ],
)
def test_options_that_are_named_or_cannot_be_looked_for(text: str) -> None:
    assert may_have_hidden_options(text)


@pytest.mark.parametrize(
    "text",
    [
        'import * as alicloud from "@pulumi/alicloud";\nconst sdk = await import("./sdk");',
        "import pulumi\nfrom pulumi_alicloud import ram\nram.AccountPasswordPolicy('main')",
        'import (\n  "github.com/pulumi/pulumi/sdk/v3/go/pulumi"\n)\n',
        "using Pulumi;\nreturn await Deployment.RunAsync(() => {});",
        "resources:\n  main:\n    type: alicloud:ram:AccountPasswordPolicy\n    options: {protect: true}\n",
    ],
    ids=["typescript", "python", "go", "csharp", "yaml"],
)
def test_ordinary_programs_name_none(text: str) -> None:
    assert not may_have_hidden_options(text)


def test_the_text_of_a_program_in_yaml(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: yaml\nresources: {a: {options: {import: '7'}}}\n")
    assert may_have_hidden_options(ProgramFiles(tmp_path).whole_text())
