"""Run acctgate as `python -m acctgate`."""

from acctgate.cli import main

main()
