"""Why the engine failed: its own error, in one line."""

from __future__ import annotations

from time import process_time

import pytest

from acctgate.crossguard.engine_errors import explain_failure

PACK = """
 stdout: Previewing update (preview):
    pulumi:pulumi:Stack gate  error: Program failed with an unhandled exception:
Diagnostics:
  pulumi:pulumi:Stack (gate):
    error: Program failed with an unhandled exception:
    Traceback (most recent call last):
      File "/venv/site-packages/pulumi/policy/__main__.py", line 61, in main
        runpy.run_path(program, run_name="__main__")
      File "<frozen runpy>", line 88, in _run_code
      File "/project/policies/__main__.py", line 7, in <module>
        raise ValueError("two\\nlines")
    ValueError: two
    lines

 stderr: error: policy pack "/project/policies" failed to start: exit status 1
"""
IN_A_LIBRARY = """Traceback (most recent call last):
  File "/venv/site-packages/one.py", line 1, in one
    two()
  File "/venv/site-packages/two.py", line 2, in two
    raise KeyError("x")
KeyError: 'x'
"""
STOPPED = "Traceback (most recent call last):\nRuntimeError: Event loop stopped before Future completed.\n"


@pytest.mark.parametrize(
    ("errors", "output", "wanted"),
    [
        ([], PACK, "/project/policies/__main__.py:7: ValueError: two"),
        ([IN_A_LIBRARY], "", "/venv/site-packages/one.py:1: KeyError: 'x'"),
        ([STOPPED, "resource 'a' has a problem"], STOPPED, "the Pulumi engine failed: resource 'a' has a problem"),
        ([], " stdout: \n stderr: error: no such stack", "the Pulumi engine failed: no such stack"),
        ([], "\n code: 1\n stdout: \n", "the Pulumi engine failed: it gave no reason"),
        (["error: https://x.example/?Signature=abc"], "", "the Pulumi engine failed: https://x.example/"),
    ],
    ids=["pack", "library", "beside", "output", "nothing", "secret"],
)
def test_explain_failure(errors: list[str], output: str, wanted: str) -> None:
    assert explain_failure(errors, output) == wanted


TYPESCRIPT = """Running program '/p' failed with an unhandled exception:
TSError: \u2a2f Unable to compile TypeScript:
index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.
\x1b[0mlib/net.ts:12:5 - error TS2304: Cannot find name 'mask'.
    at createTSError (/p/node_modules/ts-node/src/index.ts:859:12)
"""
GO = """unable to run `go build`:
# example.com/gate
./main.go:14:2: declared and not used: masks
./main.go:20:9: undefined: alicloud
"""
JAVA = """[ERROR] COMPILATION ERROR :
[ERROR] /p/src/main/java/App.java:[12,5] ';' expected
[ERROR] /p/src/main/java/App.java:[14,17] cannot find symbol
  symbol:   method loginNetworkMask(java.lang.String)
  location: class com.pulumi.Args
[INFO] 2 errors
[ERROR] Failed to execute goal on project account: Compilation failure:
[ERROR] /p/src/main/java/App.java:[14,17] cannot find symbol
[ERROR]   symbol:   method loginNetworkMask(java.lang.String)
[ERROR]   location: class com.pulumi.Args
[ERROR] -> [Help 1]
"""
JAVAC = """App.java:12: error: class X is public
App.java:16: error: cannot find symbol
            new Preferenc("account");
                ^
  symbol:   class Preferenc
  location: class App
"""


THROWN = """Running program '/p/index.ts' failed with an unhandled exception:
Error: no masks
for this environment
    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Module.m._compile \x1b[90m(/p/\x1b[39mnode_modules/\x1b[4m@pulumi/pulumi\x1b[24m/a.js:3009:23\x1b[90m)
    at masks \x1b[90m(/p/lib/\x1b[39mmasks.ts:4:11\x1b[90m)\x1b[39m
    at Object.<anonymous> \x1b[90m(/p/\x1b[39mindex.ts:8:24\x1b[90m)\x1b[39m
"""
THROWN_BY_JAVA = """Running program [PID: 7](/usr/bin/java Launcher exec:java) failed with an unhandled exception:
java.lang.IllegalStateException: no masks
\tat java.base/java.util.Objects.requireNonNull(Objects.java:233)
\tat gate.App.lambda$main$0(App.java:10)
\tat com.pulumi.internal.PulumiInternal.lambda$runAsyncResult$6(PulumiInternal.java:117)
"""
THROWN_BY_NET = """Running program '/p/bin/gate.dll' failed with an unhandled exception:
System.InvalidOperationException: no masks
   at System.Linq.ThrowHelper.ThrowNoElementsException()
   at Program.<>c.<<Main>$>b__0_0() in /p/Program.cs:line 5
"""
INSTALL = "run `pulumi install` in the project's folder"
NO_MODULE = """Running program '/p' failed with an unhandled exception:
Error: Cannot find module 'lodash'
Require stack:
- /p/index.js
    at file:///p/index.js:1:11
"""


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        (THROWN, "/p/lib/masks.ts:4: Error: no masks for this environment"),
        ("Running program '/p' failed with an unhandled exception:\n<ref *1> 'text'\n", "<ref *1> 'text'"),
        (
            NO_MODULE,
            f"/p/index.js:1: Error: Cannot find module 'lodash' Require stack: - /p/index.js; {INSTALL}",
        ),
        (THROWN_BY_JAVA, "App.java:10: java.lang.IllegalStateException: no masks"),
        (THROWN_BY_NET, "/p/Program.cs:5: System.InvalidOperationException: no masks"),
    ],
)
def test_an_exception_of_a_program_comes_with_its_line(output: str, wanted: str) -> None:
    assert explain_failure([output], "") == explain_failure([], f"  error: {output}") == wanted


PANIC = """    pulumi:pulumi:Stack account-dev  panic: no masks
Diagnostics:
  pulumi:pulumi:Stack (account-dev):
    error: an unhandled error occurred: program exited with non-zero exit code: 2

    panic: no masks
    goroutine 1 [running]:
    panic({0x12b7e68?, 0x0?})
    \truntime/panic.go:792 +0x132
    github.com/pulumi/pulumi/sdk/v3/go/pulumi.RunWithContext(0x178e0f350b40, 0x12b7e68)
    \tgithub.com/pulumi/pulumi/sdk/v3@v3.256.0/go/pulumi/run.go:144 +0x209
    main.main.func1(0x178e0f350b40)
    \texample.com/account/main.go:13 +0x76
"""
RETURNED = "an unhandled error occurred: program failed: \n2 errors occurred:\n\t* no masks\n\t* no hours\n\n"


@pytest.mark.parametrize(
    ("errors", "output", "wanted"),
    [
        (
            ["an unhandled error occurred: program exited with non-zero exit code: 2"],
            PANIC,
            "example.com/account/main.go:13: panic: no masks",
        ),
        ([RETURNED], "", "the program failed: no masks; no hours"),
        ([], f"    error: {RETURNED}Resources:\n    1 errored\n", "the program failed: no masks; no hours"),
    ],
    ids=["panic", "returned", "output"],
)
def test_a_program_in_go_that_fails(errors: list[str], output: str, wanted: str) -> None:
    assert explain_failure(errors, output) == wanted


YAML = """    pulumi:pulumi:Stack account-dev  \x1b[31mError\x1b[0m: resource "users" not found
    pulumi:pulumi:Stack account-dev    on Pulumi.yaml line 18:
Diagnostics:
  pulumi:pulumi:Stack (account-dev):
    warning: using pulumi-resource-alicloud from $PATH

    \x1b[31mError\x1b[0m: resource "users" not found
      on Pulumi.yaml line 18:
      18:         fn::join: [";", ["${masks}", \x1b[1;4m"${users.id\x1b[0m}"]]

    \x1b[31mError\x1b[0m: SecurityPreference is not assignable from {loginSessionDuration: string}
      on Pulumi.yaml line 15:
      15:       loginSessionDuration: \x1b[1;4msix\x1b[0m
    Cannot assign '{loginSessionDuration: string}' to 'SecurityPreference':
      loginSessionDuration: Cannot assign type 'string' to type 'integer'

Resources:
    + 1 to create
"""


def test_every_error_of_a_program_in_yaml_is_shown_once() -> None:
    assert explain_failure([], YAML) == (
        'the program is invalid: Pulumi.yaml:18: resource "users" not found; '
        "Pulumi.yaml:15: SecurityPreference is not assignable from {loginSessionDuration: string} "
        "Cannot assign '{loginSessionDuration: string}' to 'SecurityPreference': "
        "loginSessionDuration: Cannot assign type 'string' to type 'integer'"
    )


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        ("index.ts(1,26): error TS2307: Cannot find module '@pulumi/alicloud' or its types.", True),
        ("index.ts(1,26): error TS2307: Cannot find module './nowhere' or its types.", False),
        ("main.go:4:2: missing go.sum entry for module providing package github.com/a/b", True),
        ("main.go:4:2: no required module provides package github.com/a/b; to add it:", True),
        (
            "an unhandled error occurred: It looks like the SDK has not been installed. Have you run pulumi install?",
            False,
        ),
    ],
)
def test_a_package_that_the_program_lacks_comes_with_the_command_that_installs_it(error: str, wanted: bool) -> None:
    found = explain_failure([f"error: {error}"], "")
    assert found.endswith(f"; {INSTALL}") is wanted
    assert "an unhandled error occurred" not in found


@pytest.mark.parametrize(
    ("output", "wanted"),
    [
        (
            TYPESCRIPT,
            ["index.ts(3,7): error TS2322: Type 'string' is", "lib/net.ts:12:5 - error TS2304: Cannot find name"],
        ),
        (GO, ["./main.go:14:2: declared and not used: masks", "./main.go:20:9: undefined: alicloud"]),
        (
            JAVA,
            [
                "/p/src/main/java/App.java:[12,5] ';' expected;",
                "App.java:[14,17] cannot find symbol (symbol: method loginNetworkMask(java.lang.String), location: ",
            ],
        ),
        (
            JAVAC,
            [
                "App.java:12: error: class X is public;",
                "App.java:16: error: cannot find symbol (symbol: class Preferenc, location: class App)",
            ],
        ),
        ("Program.cs(12,5): error CS1002: ; expected\n", ["Program.cs(12,5): error CS1002: ; expected"]),
    ],
    ids=["typescript", "go", "maven", "javac", "csharp"],
)
def test_every_error_of_a_compiler_is_shown(output: str, wanted: list[str]) -> None:
    for found in (explain_failure([output], ""), explain_failure(["the program failed"], output + output)):
        assert found.startswith("the program does not compile: ") and "\n" not in found
        assert all(found.count(each) == 1 for each in wanted) and found.count("; ") >= len(wanted) - 1
        assert "more)" not in found


def test_a_stack_trace_is_no_error_of_a_compiler() -> None:
    trace = "error: boom\n    at f (/p/index.ts:3:5)\n/p/index.ts:3\n\t/p/main.go:12 +0x1d\n"
    assert explain_failure([], trace) == "the Pulumi engine failed: boom"


@pytest.mark.parametrize(
    "line",
    [
        "/p/Program.cs(12,5): warning CS8600: Converting null literal [/p/p.csproj]",
        "App.java:12: warning: [deprecation] x in Y has been deprecated",
        "main.go:12: connecting",
        "do not panic: retrying",
    ],
    ids=["csharp", "javac", "log", "panic"],
)
def test_a_warning_or_a_log_hides_no_error(line: str) -> None:
    assert explain_failure(["error: denied"], f"{line}\n") == "the Pulumi engine failed: denied"


def test_many_blank_lines_take_little_time() -> None:
    start = process_time()
    assert explain_failure(["error: denied"], "\n" * 100_000) == "the Pulumi engine failed: denied"
    assert process_time() - start < 5


@pytest.mark.parametrize(
    "output", ["panic: x\n\ngoroutine 1 [running]:\n" + "x" * 150_000, "panic: " * 15_000 + "\n" + "x\n" * 1_000]
)
def test_a_long_line_of_a_program_in_go_takes_little_time(output: str) -> None:
    start = process_time()
    assert "panic: " in explain_failure([], output)
    assert process_time() - start < 5


def test_a_package_that_the_pack_lacks_comes_with_the_command_that_installs_it() -> None:
    text = PACK.replace("ValueError: two\n    lines", "ModuleNotFoundError: No module named 'acctgate.crossguard'")
    found = explain_failure([], text)
    assert "No module named 'acctgate.crossguard'; install it where this runs: pip install " in found
    other = PACK.replace("ValueError: two\n    lines", "ModuleNotFoundError: No module named 'numpy'")
    assert explain_failure([], other).endswith("No module named 'numpy'")


def test_without_a_login_it_says_how_to_name_the_backend() -> None:
    error = "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions"
    assert explain_failure([error], "").endswith("; set it, or PULUMI_BACKEND_URL for another backend")


def test_a_language_that_the_engine_lacks_comes_with_where_to_get_it() -> None:
    error = "failed to load language plugin nodejs: no language plugin 'pulumi-language-nodejs' found in the workspace"
    found = explain_failure([f"error: {error} or on your $PATH"], "")
    assert found.endswith("on your $PATH; install all of Pulumi, which has it: https://www.pulumi.com/docs/install/")
