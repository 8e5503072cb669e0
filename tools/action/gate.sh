#!/usr/bin/env bash
# The first step of action.yml: install acctgate, run it, and set the outputs. Inputs are INPUT_… variables.
set -euo pipefail

arguments=()

# Add an option and its value as one word, so that a value cannot become an option.
option() {
  if [[ -n ${2:-} ]]; then arguments+=("--$1=$2"); fi
}

# Add an option for each line of an input.
options() {
  local line
  while IFS= read -r line; do
    line=${line%$'\r'}
    option "$1" "$line"
  done <<<"${2:-}"
}

case $INPUT_COMMAND in
  check | preview) arguments+=("$INPUT_COMMAND") ;;
  *)
    echo "::error title=acctgate::invalid input command; use check or preview"
    exit 2
    ;;
esac

reports=$(mktemp -d "$RUNNER_TEMP/acctgate.XXXXXX")
option policy "${INPUT_POLICY:-}"
options snapshot "${INPUT_SNAPSHOT:-}"
options response "${INPUT_RESPONSE:-}"
options account "${INPUT_ACCOUNT:-}"
option max-age "${INPUT_MAX_AGE:-}"
options plan "${INPUT_PLAN:-}"
option stack "${INPUT_STACK:-}"
option baseline "${INPUT_BASELINE:-}"
options fail-on "${INPUT_FAIL_ON:-}"
option region "${INPUT_REGION:-}"
option role-arn "${INPUT_ROLE_ARN:-}"
option format text
option format "github=$reports/annotations"
option format "json=$reports/report.json"
option format "markdown=$reports/comment.md"
option format "${INPUT_SARIF_FILE:+sarif=$INPUT_SARIF_FILE}"
options format "${INPUT_FORMATS:-}"

python=${INPUT_PYTHON:-}
if [[ -z $python ]]; then
  python=$RUNNER_TEMP/acctgate/bin/python
  if [[ ! -x $python ]]; then python3 -P -m venv "$RUNNER_TEMP/acctgate"; fi
fi
# What is installed is this commit of the action, never a name on a package index.
extra=
if [[ $INPUT_COMMAND == preview ]]; then extra='[pulumi]'; fi
"$python" -P -m pip install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH$extra"

# The report contains text from outside. Stop the runner from reading its lines as workflow commands.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
status=0
"$python" -P -m acctgate "${arguments[@]}" 2>&1 || status=$?
echo "::$token::"

verdict=error
if [[ -s $reports/report.json && $status -ne 2 ]]; then
  verdict=$("$python" -P -c 'import json, sys; print(json.load(open(sys.argv[1]))["verdict"])' "$reports/report.json")
fi
if [[ $status -eq 0 && $verdict != pass ]]; then status=2; fi # exit 0 without a passing report is a failure
if [[ -f $reports/annotations ]]; then cat "$reports/annotations"; fi
# Without a verdict, say so: the comment of an earlier run would stay, and it may say that the account passes.
if [[ ! -s $reports/comment.md ]]; then
  printf '## acctgate: ❓ no verdict\n\nThis run ended with exit status %s. Its log says why.\n' "$status" \
    >"$reports/comment.md"
fi
# Other jobs comment, too, so the last line says whose comment this is: the job, its folder, and what it judges.
workflow=${GITHUB_WORKFLOW_REF:-${GITHUB_WORKFLOW:-}}
identity=$("$python" -P -c 'import hashlib, sys; print(hashlib.sha256(repr(sys.argv[1:]).encode()).hexdigest()[:16])' \
  "${workflow%%@*}" "${GITHUB_JOB:-}" "${PWD#"${GITHUB_WORKSPACE:-}"}" "$INPUT_COMMAND" "${INPUT_POLICY:-}" \
  "${INPUT_PLAN:-}" "${INPUT_STACK:-}" "${INPUT_ACCOUNT:-}" "${INPUT_ROLE_ARN:-}")
printf '\n<!-- acctgate:%s -->\n' "$identity" >>"$reports/comment.md"
{
  echo "verdict=$verdict"
  echo "exit-status=$status"
  if [[ -s $reports/report.json ]]; then echo "report=$reports/report.json"; fi
  echo "comment=$reports/comment.md"
} >>"$GITHUB_OUTPUT"
exit "$status"
