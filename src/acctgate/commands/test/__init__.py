"""Unit tests for policies and rules: examples in folders. Add a file, get a test.

`DIR/<rule>/<outcome>/*.yaml` are examples of one rule, `DIR/<verdict>/*.yaml` of a whole policy.
"""

from acctgate.commands.test.find import find_examples, stray_examples
from acctgate.commands.test.model import Example, ExampleError, ExampleResult, TestReport
from acctgate.commands.test.read import read_example
from acctgate.commands.test.render import FORMATS
from acctgate.commands.test.run import run_example, run_examples

__all__ = [
    "FORMATS",
    "Example",
    "ExampleError",
    "ExampleResult",
    "TestReport",
    "find_examples",
    "read_example",
    "run_example",
    "run_examples",
    "stray_examples",
]
