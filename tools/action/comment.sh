#!/usr/bin/env bash
# The second step of action.yml: write the verdict as one comment on the pull request, and edit it in later runs.
set -euo pipefail

comments=repos/$GITHUB_REPOSITORY/issues

# A later run may fail before it has a verdict, and leave the comment: the commit shows which code it is about.
mark=$(tail -n 1 "$COMMENT")
printf '\nCommit %s\n\n%s\n' "$COMMIT" "$mark" >>"$COMMENT"

# Other workflows and jobs comment under the same bot's name. Ours has the last line of this one, which gate.sh writes.
find_comment() {
  gh api --paginate "$comments/$PULL_REQUEST/comments" \
    --jq ".[] | select(.user.type == \"Bot\" and (.body | contains(\"$mark\"))) | .id" | head -n 1
}

write_comment() {
  local id
  id=$(find_comment)
  if [[ -n $id ]]; then
    gh api --silent --method PATCH "$comments/comments/$id" --field "body=@$COMMENT"
  else
    gh api --silent --method POST "$comments/$PULL_REQUEST/comments" --field "body=@$COMMENT"
  fi
}

# A missing permission does not change the verdict, which is the exit status of the previous step.
if ! write_comment; then
  echo "::warning title=acctgate::cannot comment on the pull request; the job needs the permission pull-requests: write"
fi
