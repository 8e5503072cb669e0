#!/usr/bin/env bash
# The second step of action.yml: the verdict as one comment on the pull request, that is edited from run to run.
set -euo pipefail

comments=repos/$GITHUB_REPOSITORY/issues

# Our own comment, not the last one of the same bot: other workflows comment under that name too.
ours() {
  gh api --paginate "$comments/$PULL_REQUEST/comments" \
    --jq '.[] | select(.user.type == "Bot" and (.body | startswith("## acctgate: "))) | .id' | head -n 1
}

say() {
  local id
  id=$(ours)
  if [[ -n $id ]]; then
    gh api --silent --method PATCH "$comments/comments/$id" --field "body=@$COMMENT"
  else
    gh api --silent --method POST "$comments/$PULL_REQUEST/comments" --field "body=@$COMMENT"
  fi
}

# The verdict stands in the exit status of the step before: without the right to comment it is no other.
if ! say; then
  echo "::warning title=acctgate::no comment could be written; the job needs the permission pull-requests: write"
fi
