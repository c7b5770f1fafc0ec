# The rules of the last run, for what a person does between two of them: resolve, and
# sync-now.sh --last-rules. Sourced.
# shellcheck shell=bash

# last_rules: the policy of the last run that planned, as JSON, "{}" where none did; of a
# run that itself went by the last rules, or that was an undo, the one it had from before.
# Needs take_settings.
# shellcheck disable=SC2154 # logs is that of common.sh
last_rules() {
  local file files=("$logs/last_success.json")
  for file in "$logs"/runs/*/run.json "$logs/last_run.json"; do files=("$file" "${files[@]}"); done
  jq -nRc '[first((inputs | fromjson? | objects | .undoes as $undoes | .policy | objects
      | if has("last_rules") then .last_rules elif $undoes then empty else . end | objects), {})][0]
    | {conflict, orphans, hold, settle_seconds} | del(.[] | nulls)' "${files[@]}" 2>/dev/null || true
}

# add_last_rules: to the options of this run, before it begins, for after it another run is
# the last one: how to decide conflicts and orphans, what that run or the settings of now
# hold, and how long edits have to settle for either, unless that is given. --hold and
# --direction go together: a given one takes the place of both. The rules themselves go
# along, so that what is given for once is no rule of the next run. Of them, an undo has
# only that. Needs the args, plan and undo of sync-now.sh.
# shellcheck disable=SC2154
add_last_rules() {
  local before rule name given=" ${plan[*]-} " rules=()
  need_programs report
  cd "$place" || exit 74
  take_settings || exit
  before=$(last_rules)
  rules=("--last-rules=${before:-"{}"}")
  [ "$undo" ] || while IFS= read -r rule; do
    name=${rule%%=*}
    [[ $name != @(hold|direction) || $given != *" --"@(hold|direction)=* ]] || continue
    [[ $given == *" --$name="* ]] || rules+=("--$rule")
  done < <(jq -nr '$rules
    | (.conflict | strings | "conflict=\(.)"), (.orphans | strings | "orphans=\(.)"),
      (.hold | arrays | . + $now.hold | unique | "hold=\(join(","))", "direction=both"),
      (.settle_seconds | numbers | "settle=\([., $now.settle_seconds] | max)s")' \
    --argjson now "{\"hold\":$hold,\"settle_seconds\":$settle_seconds}" --argjson rules "${before:-"{}"}")
  args+=("${rules[@]}") plan+=("${rules[@]}")
}
