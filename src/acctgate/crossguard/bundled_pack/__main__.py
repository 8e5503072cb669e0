"""The policy pack that `acctgate preview` uses in a project that has none of its own."""

from acctgate.crossguard.pack import serve

serve("baseline")
