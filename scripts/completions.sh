#!/usr/bin/env bash
# Completions, made from what each program and script says under --help, which
# for the programs is their table of options.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
. "$(dirname "$0")/lib/common.sh"

usage() {
  cat <<'TEXT'
usage: completions.sh bash|zsh
Print the completion of vaultsync for that shell.

  -h, --help     show this and exit
      --version  show the version and exit

For bash: eval "$(vaultsync completions bash)" in .bashrc; for zsh the output is
the file _vaultsync in a folder of $fpath. An installed vaultsync has both.
TEXT
}

case ${1:-} in
  bash | zsh) shell=$1 ;;
  -h | --help) usage; exit 0 ;;
  --version) exec "$bin/report" --version ;;
  *) die 2 "bash or zsh? (try: $0 --help)" ;;
esac
[ $# = 1 ] || die 2 "one shell at a time"
need_programs plan

commands() {
  local file
  for file in "$bin"/* "$home"/scripts/*.sh; do
    if [ -f "$file" ] && [ -x "$file" ]; then basename "$file" .sh; fi
  done | grep -vx test | sort
}

# options COMMAND: "letter name argument help", tabs between, "-" for none.
options() {
  local file=$bin/$1
  [ -x "$file" ] || file=$home/scripts/$1.sh
  "$file" --help | sed -nE '
    s/^  (-([A-Za-z]), |    )--([a-z-]+)( ([A-Z][A-Z:,.]*))?(  +(.*))?$/\2\t\3\t\5\t\7/p' |
    awk -F'\t' -v OFS='\t' '{ for (i = 1; i <= 3; i++) if ($i == "") $i = "-"; print }'
}

bash_case() {
  local letter name argument help flags='' takes=''
  while IFS=$'\t' read -r letter name argument help; do
    flags+=" --$name"
    [ "$letter" = - ] || flags+=" -$letter"
    [ "$argument" != - ] || continue
    takes+="        --$name"
    [ "$letter" = - ] || takes+=" | -$letter"
    takes+=$')\n'
    case $argument in
      FILE) takes+="          mapfile -t COMPREPLY < <(compgen -f -- \"\$word\")" ;;
      DIR | FOLDER) takes+="          mapfile -t COMPREPLY < <(compgen -d -- \"\$word\")" ;;
      *) takes+="          COMPREPLY=()" ;;
    esac
    takes+=$'\n          return\n          ;;\n'
  done < <(options "$1")
  printf '    %s)\n' "$1"
  # shellcheck disable=SC2016 # the shell that completes expands it
  [ -z "$takes" ] || printf '      case $before in\n%s      esac\n' "$takes"
  printf "      options='%s'\n      ;;\n" "${flags# }"
}

for_bash() {
  local command
  cat <<TEXT
# bash completion of vaultsync, made by: vaultsync completions bash
_vaultsync() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]}
  local at=1 options=''
  while [[ \${COMP_WORDS[at]:-} == -C ]]; do ((at += 2)); done
  if ((COMP_CWORD < at)); then
    mapfile -t COMPREPLY < <(compgen -d -- "\$word")
    return
  fi
  if ((COMP_CWORD == at)); then
    mapfile -t COMPREPLY < <(compgen -W '$(commands | paste -sd' ') -C --help --version' -- "\$word")
    return
  fi
  case \${COMP_WORDS[at]} in
TEXT
  while read -r command; do bash_case "$command"; done < <(commands)
  cat <<'TEXT'
  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _vaultsync vaultsync
TEXT
}

# A help text inside '…[…]' of _arguments.
zsh_text() {
  local text=${1//\\/\\\\}
  text=${text//[/\\[}
  text=${text//]/\\]}
  text=${text//:/\\:}
  printf '%s' "${text//\'/\'\\\'\'}"
}

zsh_case() {
  local letter name argument help text value
  printf '    %s)\n      _arguments -s' "$1"
  while IFS=$'\t' read -r letter name argument help; do
    text=$(zsh_text "$help") value=''
    case $argument in
      -) ;;
      FILE) value=":file:_files" ;;
      DIR | FOLDER) value=":folder:_files -/" ;;
      *) value=":${argument//:/\\:}:" ;;
    esac
    printf " \\\\\n        '--%s[%s]%s'" "$name${value:+=}" "$text" "$value"
    [ "$letter" = - ] || printf " \\\\\n        '-%s[%s]%s'" "$letter${value:++}" "$text" "$value"
  done < <(options "$1")
  printf " \\\\\n        '*:file:_files'\n      ;;\n"
}

for_zsh() {
  local command
  cat <<TEXT
#compdef vaultsync
# made by: vaultsync completions zsh
_vaultsync() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '*-C[work there]:folder:_files -/' '(- *)--help[show the commands]' \\
    '(- *)--version[show the version]' '1:command:($(commands | paste -sd' '))' '*::options:->rest'
  [[ \$state == rest ]] || return
  case \$line[1] in
TEXT
  while read -r command; do zsh_case "$command"; done < <(commands)
  printf '  esac\n}\n_vaultsync "$@"\n'
}

"for_$shell"
