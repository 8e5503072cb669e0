#!/usr/bin/env bash
# `pulumi preview --policy-pack policies` of this repository, by the official command line, on the demo account.
# It must be blocked by the policy and by nothing else. The report goes to the path in ACCTGATE_REPORT.
set -euo pipefail
cd "$(dirname "$0")/.."

exports=$(mktemp)
.venv/bin/acctgate demo-account >"$exports" &
trap "kill $!" EXIT
for _ in {1..100}; do
  if [[ $(grep -c '^export ' "$exports") -ge 4 ]]; then break; fi
  sleep 0.1
done
# shellcheck source=/dev/null
source "$exports"

pulumi stack select --create official
status=0
pulumi preview --policy-pack policies --non-interactive || status=$?
verdict=$(.venv/bin/python -c 'import json, sys; print(json.load(open(sys.argv[1]))["verdict"])' "$ACCTGATE_REPORT")
echo "exit status $status, verdict $verdict"
[[ $status -ne 0 && $verdict == fail ]]
