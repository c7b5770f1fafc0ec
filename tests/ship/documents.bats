#!/usr/bin/env bats
# The documents are held to the tree: links lead somewhere, and files, programs,
# options, make targets and settings that they name are there.

load ../helper

setup() {
	common_setup
	mapfile -t DOCUMENTS < <(cd "$ROOT" && find . \( -name node_modules -o -name build -o -name bin \
		-o -name state -o -name logs -o -name pairs -o -name '.?*' \) -prune -o -name '*.md' -print | sed 's|^\./||' | sort)
}

# all_true fails, and shows them, where fault() has noted any.
fault() {
	echo "$*" >>"$T/faults"
}
all_true() {
	[[ ! -s $T/faults ]] || { head -n 40 "$T/faults"; return 1; }
}

# code_of FILE: what a document shows as code, a line each: its blocks by their
# lines, and what stands between backquotes.
code_of() {
	awk '
		function spans(text, s) {
			while (match(text, /`[^`]+`/)) {
				s = substr(text, RSTART + 1, RLENGTH - 2)
				gsub(/[ \n]+/, " ", s)
				print s
				text = substr(text, RSTART + RLENGTH)
			}
		}
		/^ *```/ { spans(prose); prose = ""; block = !block; next }
		block { print; next }
		/^$/ { spans(prose); prose = ""; next }
		{ prose = prose "\n" $0 }
		END { spans(prose) }' "$ROOT/$1"
}

# anchors_of FILE: its headings as GitHub makes anchors of them.
anchors_of() {
	sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

@test "every document that a visitor looks for is there" {
	local f
	for f in README.md README_SYNC.md HACKING.md CHANGELOG.md SECURITY.md doc/semantics.md tests/README.md; do
		[[ " ${DOCUMENTS[*]} " == *" $f "* ]] || fault "$f is not there"
	done
	all_true
}

@test "every link within the project leads to a file, and to a heading of it" {
	local f link file
	for f in "${DOCUMENTS[@]}"; do
		while read -r link; do
			[[ ! $link =~ ^(https?|mailto): ]] || continue
			file=${link%%#*}
			file=${file:+$(dirname "$f")/$file}
			file=$ROOT/${file:-$f}
			[[ -e $file ]] || fault "$f: $link: no such file"
			[[ $link != *#* || ! -e $file ]] || anchors_of "$file" | grep -qxF -- "${link#*#}" ||
				fault "$f: $link: no such heading"
		done < <(grep -v '^    ' "$ROOT/$f" | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//')
	done
	all_true
}

# there PATH: in the tree, or what make puts into bin/ and build/; may be a
# pattern, and <name> stands for any.
there() {
	local path=${1%/} found
	case $path in
		bin/*) [[ -d $ROOT/${path#bin/} || -d $ROOT/cmd/${path#bin/} ]]; return ;;
		build/asan-* | build/fuzz/* | build/mutation/*) return 0 ;;
		build/*) path=${path#build/}.c ;;
	esac
	# shellcheck disable=SC2206 # a pattern
	found=($ROOT/${path//<*([a-z])>/*})
	[[ -e ${found[0]} ]]
}

@test "every file, folder and program that a document names is there" {
	local f path top
	shopt -s extglob
	top=$(cd "$ROOT" && find . -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%f|')
	for f in "${DOCUMENTS[@]}" tests/cases/README tests/cases/setup/README; do
		while read -r path; do
			there "$path" || fault "$f: $path: not there"
		done < <(tr -s ' ()"`,;|=' "\n'" <"$ROOT/$f" | tr "'" '\n' | sed 's/^\.\///; s/[.:]*$//; s/:[0-9].*//; s/#.*//' |
			grep -E "^(${top}bin|build)/." | sort -u)
	done
	all_true
}

# The lines of code of a document that call something, without their comments.
calls_of() {
	code_of "$1" | sed -E "s/(^|[^\\\\])#.*/\1/; s/^ *\\$ //; s/&&|\|/\n/g"
}

@test "every target of make that a document names is in the Makefile" {
	local f target
	for f in "${DOCUMENTS[@]}"; do
		while read -r target; do
			grep -qE "^([a-z]+ )*$target( [a-z]+)*:" "$ROOT/Makefile" "$ROOT"/tests/*/*.mk || fault "$f: make $target: no such target"
		done < <(calls_of "$f" | sed -n 's/^ *make //p' | tr ' ' '\n' | grep -xE '[a-z]+' | sort -u)
	done
	all_true
}

# help_of COMMAND: what it says of its options, into $said; a script of the tests
# in its head. sync-now hands options on to plan.
help_of() {
	if [[ -z ${HELP[$1]-} ]]; then
		case $1 in
			scripts/sync-now.sh) HELP[$1]=$("$ROOT/$1" --help && "$BIN/plan" --help) ;;
			scripts/controls.sh) HELP[$1]=$("$ROOT/$1" --help && "$ROOT/$1" resolve --help && "$ROOT/$1" undo --help && "$BIN/approve" --help) ;;
			bin/*) HELP[$1]=$("$BIN/${1#bin/}" --help) ;;
			scripts/* | tests/mutation.sh) HELP[$1]=$("$ROOT/$1" --help) ;;
			*) HELP[$1]=$(<"$ROOT/$1") ;;
		esac || fault "$1 --help failed"
	fi
	said=${HELP[$1]}
}

@test "every option that a document shows is one that the program has" {
	local f line command option said
	declare -gA HELP=()
	for f in "${DOCUMENTS[@]}"; do
		while read -r line; do
			[[ $line =~ (^|[ =\'\(])((bin|scripts|tests)/[a-zA-Z0-9_./-]+) ]] || continue
			command=${BASH_REMATCH[2]}
			[[ $command == bin/* || -x $ROOT/$command && ! -d $ROOT/$command ]] || continue
			help_of "$command"
			while [[ $line =~ \ (--[a-z-]+)(.*)$ ]]; do
				option=${BASH_REMATCH[1]} line=${BASH_REMATCH[2]}
				[[ $said =~ $option([^a-z-]|$) ]] || fault "$f: $command has no $option"
			done
		done < <(calls_of "$f" | grep -E -- '--[a-z]')
	done
	all_true
}

# Where a message has something of its own, the manual has "…", a number, or its words.
@test "every message that Troubleshooting quotes is one of the programs or of the sandbox" {
	local piece
	# shellcheck disable=SC2038 # names of ours, which have no blanks
	find "$ROOT"/{lib,cmd,sandbox} -name '*.c' | xargs cat | tr -s ' \t\n' ' ' | sed 's/" "//g' >said
	sed -n '/^## Troubleshooting/,/^## /s/^| \([^|]*\)|.*/\1/p' "$ROOT/README_SYNC.md" | grep -o '`[^`]*`' | tr -d '`' |
		sed -E 's/^\.env //; s/blocked by /&\n/; s/…\/?|[0-9]+/\n/g' | sed 's/^ *//; s/ *$//' | grep . >quoted
	(($(wc -l <quoted) > 15)) || { cat quoted; seen "too few"; }
	while read -r piece; do
		grep -qF -- "$piece" said || fault "README_SYNC.md: no message has \"$piece\""
	done <quoted
	all_true
}

@test "every setting that a document names is one that the programs know" {
	local f name
	for f in "${DOCUMENTS[@]}"; do
		while read -r name; do
			grep -rqw --include='*.[ch]' --include='*.sh' -- "$name" "$ROOT/lib" "$ROOT/cmd" "$ROOT/scripts" ||
				fault "$f: $name: no such setting"
		done < <(grep -oE '\b(SYNC|VAULTSYNC)_[A-Z_]+[A-Z]\b' "$ROOT/$f" | sort -u)
	done
	all_true
}

@test "the manual, vaultsync(7) and doctor know the same settings" {
	settings() { grep -oE '\b(SUPABASE|NOTION|SYNC)_[A-Z_]+[A-Z]\b' | sort -u; }
	sed -n '/^static const char \*const names/,/^};/p' "$ROOT/lib/settings/setting_names.c" | settings >known
	(($(wc -l <known) > 30)) || seen "too few"
	sed -n '/^## Settings/,/^## /s/^|\([^|]*\)|.*/\1/p' "$ROOT/README_SYNC.md" | settings >told
	diff known told || seen "README_SYNC.md"
	sed -n 's/^\.It Ev //p' "$ROOT/man/vaultsync.7" | settings | grep -vx SYNC_ENV_FILE >told
	diff known told || seen "man/vaultsync.7"
	(cd "$ROOT" && grep -rhoE '(env_lookup|setting_take|load_[a-z]+)\([^"]*"[A-Z_]+"' lib cmd --include='*.c') | settings >told
	[[ -z $(comm -13 known told) ]] || seen "$(comm -13 known told)"
}

@test "the specification has the sections that the code cites" {
	local n
	while read -r n; do
		grep -q "^## $n\. " "$ROOT/doc/semantics.md" || fault "section $n is cited and not there"
	done < <(cd "$ROOT" && grep -rhoE 'doc/semantics\.md, sections? [0-9]+( to [0-9]+)?' lib cmd sandbox scripts tests |
		grep -oE '[0-9]+' | sort -u)
	all_true
}

@test "the changelog knows the version that the programs tell" {
	local version
	version=$("$BIN/plan" --version | cut -d' ' -f2)
	grep -qE "^## \[$version\]" "$ROOT/CHANGELOG.md" || seen "$version"
}

@test "every source file that a comment names is there" {
	local at line path
	# shellcheck disable=SC2038,SC2010 # names of ours, which have no blanks
	while IFS=: read -r at line path; do
		case $path in
			lib/* | cmd/* | scripts/* | tests/*) [[ -e $ROOT/$path ]] ;;
			*) [[ -e $ROOT/lib/$path || -e $ROOT/cmd/$path || -e $ROOT/$path ]] ;;
		esac || fault "$at:$line: $path: not there"
	done < <(cd "$ROOT" && find lib cmd sandbox scripts -type f -name '*.[ch]' -o -type f -name '*.sh' |
		xargs grep -nE '(^|[^a-zA-Z0-9_./-])([a-z-]+/)+[a-zA-Z0-9_-]+\.([ch]|sh|bats|bash|jq)\b' |
		grep -vE '^[^:]*:[0-9]+:[ 	]*#[ 	]*include|"[^"]*"$|https?:' |
		awk -F: -v top="$(cd "$ROOT" && ls lib cmd | grep -vE ':$' | xargs | tr ' ' '|')" '{
			text = substr($0, length($1) + length($2) + 3)
			while (match(text, /([a-z-]+\/)+[a-zA-Z0-9_-]+\.(c|h|sh|bats|bash|jq)/)) {
				path = substr(text, RSTART, RLENGTH)
				if (path ~ /^[a-z]+\/[a-z_]+\.h$/ || path ~ "^(lib/[a-z]+|cmd|scripts|tests|" top ")/")
					print $1 ":" $2 ":" path
				text = substr(text, RSTART + RLENGTH)
			}
		}')
	all_true
}

# The sections of .editorconfig that say something of an indent: a regular
# expression and the style, a line each. ** crosses folders, * doesn't.
indents() {
	local line pattern=''
	while read -r line; do
		if [[ $line =~ ^\[(.*)\]$ ]]; then
			pattern=${BASH_REMATCH[1]}
			[[ $pattern == */* ]] || pattern="**/$pattern"
		elif [[ $line =~ ^indent_style\ =\ (.*)$ ]]; then
			sed 's/\./[.]/g; s/^\*\*\//%/; s/\*\*/@/g; s/\*/[^\/]*/g; s/@/.*/g; s/%/(.*\/)?/
				s/{/(/g; s/}/)/g; s/,/|/g; s/.*/^&$ '"${BASH_REMATCH[1]}/" <<<"$pattern"
		fi
	done <"$ROOT/.editorconfig"
}

@test ".editorconfig says of each file how it is indented" {
	indents >sections
	cd "$ROOT"
	find . -mindepth 1 \( -name node_modules -o -name build -o -name bin -o -name state -o -name logs \
		-o -name pairs -o -name '.?*' -o -path ./tests/fixtures -o -name package-lock.json \) -prune \
		-o -type f ! -name '*.png' -print | sed 's|^\./||' | sort | xargs awk '
		function judge(style, i) {
			for (i = 1; i <= n; i++)
				if (name ~ pattern[i])
					style = styles[i]
			if ((tabs && style == "space") || (blanks > tabs && style == "tab"))
				print name ": " style ", but " tabs + 0 " lines begin with a tab and " blanks + 0 " with blanks"
			else if (tabs + blanks && style == "" && name ~ /[.](c|h|sh|bash|bats|jq|mjs|ts|sql|json|html|yaml)$/)
				print name ": no section has its indent"
		}
		FILENAME == ARGV[1] { pattern[++n] = $1; styles[n] = $2; next }
		FNR == 1 { if (name) judge(); name = FILENAME; tabs = blanks = 0 }
		/^\t/ { tabs++ }
		/^  / { blanks++ }
		END { judge() }' "$T/sections" >"$T/faults"
	all_true
}
