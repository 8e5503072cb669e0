"""The policy pack. It enforces policy.yaml, which is beside this file."""

from pathlib import Path

from acctgate.crossguard.pack import serve

serve(Path(__file__).with_name("policy.yaml"))
