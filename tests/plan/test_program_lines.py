"""Which line of a program declares a resource, in each of Pulumi's languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from acctgate.model.outcome import Place
from acctgate.plan.program_files import ProgramFiles
from acctgate.plan.program_lines import ProgramLines

TYPE = "alicloud:ram/securityPreference:SecurityPreference"
TYPESCRIPT = """import * as alicloud from "@pulumi/alicloud";

export const preference = new alicloud.ram.SecurityPreference("account", {
    loginSessionDuration: 6,
});
"""
GO = """func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := ram.NewSecurityPreference(ctx, "account", &ram.SecurityPreferenceArgs{})
		return err
	})
}
"""
JAVA = """public class App {
    static void stack(Context ctx) {
        var account = new SecurityPreference("account", SecurityPreferenceArgs.builder()
            .build());
    }
}
"""
CSHARP = """return await Deployment.RunAsync(() =>
{
    var account = new Pulumi.AliCloud.Ram.SecurityPreference("account", new()
    {
    });
});
"""
PYTHON = """from pulumi_alicloud import ram

ram.SecurityPreference(
    "account",
)
"""
YAML = """name: account
runtime: yaml
resources:
  first: {type: "alicloud:ram:User"}
  # A comment.
  account:
    type: alicloud:ram:SecurityPreference
"""
COMPONENT = """class Account extends pulumi.ComponentResource {
    constructor(name: string) {
        super("acme:index:Account", name);
        new alicloud.ram.SecurityPreference(`${name}-preference`, {}, {parent: this});
    }
}
"""


def urn(name: str = "account", components: str = "", kind: str = TYPE) -> str:
    return f"urn:pulumi:dev::p::{components}{kind}::{name}"


def write(folder: Path, files: dict[str, str]) -> ProgramLines:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return ProgramLines(ProgramFiles(folder))


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("index.ts", TYPESCRIPT, 3),
        ("lib/account.js", TYPESCRIPT.replace('"account"', "'account'"), 3),
        ("src/index.mts", TYPESCRIPT.replace('"account"', "\n    `account`"), 3),
        ("main.go", GO, 3),
        ("src/main/java/App.java", JAVA, 3),
        ("Program.cs", CSHARP, 3),
        ("__main__.py", PYTHON, 3),
        ("Pulumi.yaml", YAML, 6),
        ("Pulumi.yaml", YAML.replace("  account:\n", "  key:\n    name: account\n"), 6),
    ],
)
def test_the_line_that_declares_a_resource(tmp_path: Path, file: str, text: str, line: int) -> None:
    found = write(tmp_path, {file: text})
    assert found.find(urn()) == Place(file, line)
    assert found.find(urn(components="acme:index:Account$")) == Place(file, line)
    assert found.find(urn("other")) is None
    assert found.find(urn(kind="alicloud:ram/user:User")) is None


def test_a_program_in_yaml_in_a_folder_of_its_own(tmp_path: Path) -> None:
    project = {"Pulumi.yaml": "name: p\nruntime: yaml\nmain: program\n"}
    found = write(tmp_path, project | {"program/Main.yaml": YAML})
    assert found.find(urn()) == Place("program/Main.yaml", 6)
    outside = write(tmp_path / "program", {"Pulumi.yaml": "main: ../other\n", "../other/Main.yaml": YAML})
    assert outside.find(urn("key")) is None


def test_a_computed_name_belongs_to_the_only_call_in_the_file_of_the_component(tmp_path: Path) -> None:
    found = write(tmp_path, {"account.ts": COMPONENT})
    assert found.find(urn("prod-preference", "acme:index:Account$")) == Place("account.ts", 4)
    assert found.find(urn("prod-preference")) == Place("account.ts", 4)
    assert found.find(urn("prod-preference", "package:index:Account$")) is None  # a component that is installed
    second = write(tmp_path, {"other.ts": "new SecurityPreference(name);\n"})
    assert second.find(urn("prod-preference", "acme:index:Account$")) is None
    named = write(tmp_path, {"other.ts": TYPESCRIPT})
    assert named.find(urn()) == Place("other.ts", 3)
    assert named.find(urn("prod-preference", "acme:index:Account$")) is None


@pytest.mark.parametrize(
    "files",
    [
        {"a.ts": TYPESCRIPT, "b.ts": TYPESCRIPT},
        {"a.ts": TYPESCRIPT.replace('"account"', '"account" + suffix')[:60]},
        {"node_modules/a/index.ts": TYPESCRIPT},
        {".git/index.ts": TYPESCRIPT},
        {"venv/a.py": PYTHON, "venv/pyvenv.cfg": ""},
        {"other/Pulumi.yaml": "name: other\nruntime: nodejs\n", "other/index.ts": TYPESCRIPT},
        {"index.test.ts": TYPESCRIPT},
        {"tests/account_test.go": GO},
        {"index.ts": TYPESCRIPT.replace("export const preference =", "//")},
        {"index.ts": "class SecurityPreference(name) {}\nSecurityPreference('account', 1)\n"},
        {"__main__.py": "from acctgate.crossguard import SecurityPreference\nSecurityPreference(name)\n"},
        {"Pulumi.yaml": "resources: [\n"},
        {"Pulumi.yaml": "resources: 3\n"},
        {f"{number}.ts": TYPESCRIPT if number == 0 else "" for number in range(1_001)},
    ],
    ids=lambda files: " ".join(files)[:40],
)
def test_what_is_not_certain_has_no_line(tmp_path: Path, files: dict[str, str]) -> None:
    assert write(tmp_path, files).find(urn()) is None


def test_what_is_compiled_beside_its_source_counts_once(tmp_path: Path) -> None:
    assert write(tmp_path, {"index.ts": TYPESCRIPT, "index.js": TYPESCRIPT}).find(urn()) == Place("index.ts", 3)


def test_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "program").mkdir()
    (tmp_path / "index.ts").write_text(TYPESCRIPT)
    (tmp_path / "program/index.ts").symlink_to(tmp_path / "index.ts")
    assert ProgramLines(ProgramFiles(tmp_path / "program")).find(urn()) is None
