#!/usr/bin/env bats
# The documents are held to the tree: links lead somewhere, and files, programs,
# options, make targets and settings that they name are there.

load helper

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
	local path=${1%/}
	path=$(sed 's/<[a-z]*>/*/g' <<<"$path")
	case $path in
		bin/*) path=$(program_of "${path#bin/}") ;;
		build/asan-*) return 0 ;;
		build/*) path=${path#build/}.c ;;
	esac
	compgen -G "$ROOT/$path" >/dev/null
}

# program_of NAME: where its source is
program_of() {
	[[ ! -d $ROOT/$1 ]] || { echo "$1"; return; }
	echo "cmd/$1"
}

@test "every file, folder and program that a document names is there" {
	local f path top
	top=$(cd "$ROOT" && find . -mindepth 1 -maxdepth 1 -type d ! -name '.*' -printf '%f|')
	for f in "${DOCUMENTS[@]}" tests/cases/README tests/cases/setup/README; do
		while read -r path; do
			there "$path" || fault "$f: $path: not there"
		done < <(tr -s ' ()"`,;|=' "\n'" <"$ROOT/$f" | tr "'" '\n' | sed 's/^\.\///; s/[.:]*$//; s/#.*//' |
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
			grep -qE "^([a-z]+ )*$target( [a-z]+)*:" "$ROOT/Makefile" || fault "$f: make $target: no such target"
		done < <(calls_of "$f" | sed -n 's/^ *make //p' | tr ' ' '\n' | grep -xE '[a-z]+' | sort -u)
	done
	all_true
}

# help_of COMMAND: what it says of its options; a script of the tests in its head.
help_of() {
	case $1 in
		bin/*) "$BIN/${1#bin/}" --help ;;
		scripts/*) "$ROOT/$1" --help ;;
		*) cat "$ROOT/$1" ;;
	esac
}

@test "every option that a document shows is one that the program has" {
	local f line command option said
	for f in "${DOCUMENTS[@]}"; do
		while read -r line; do
			[[ $line =~ (^|[ =\'\(])((bin|scripts|tests)/[a-zA-Z0-9_./-]+) ]] || continue
			command=${BASH_REMATCH[2]}
			[[ $command == bin/* || -x $ROOT/$command && ! -d $ROOT/$command ]] || continue
			said=$(help_of "$command" 2>&1) || fault "$f: $command --help failed"
			for option in $(grep -oE -- ' --[a-z-]+' <<<"$line"); do
				# sync-now hands these on to plan.
				[[ $command != scripts/sync-now.sh ]] || said+=$("$BIN/plan" --help)
				grep -qE -- "$option([^a-z-]|\$)" <<<"$said" || fault "$f: $command has no $option: $line"
			done
		done < <(calls_of "$f" | grep -E -- '--[a-z]')
	done
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
	version=$("$BIN/plan" --version | sed 's/.* //')
	grep -qE "^## \[$version\]" "$ROOT/CHANGELOG.md" || seen "$version"
}

# style_of PATH: what .editorconfig says of its indent, tab or space, in $style.
style_of() {
	local i
	style=''
	for i in "${!PATTERNS[@]}"; do
		[[ ! $1 =~ ${PATTERNS[i]} ]] || style=${STYLES[i]}
	done
}

# Sections with an indent, as regular expressions: ** crosses folders, * doesn't.
read_editorconfig() {
	local line pattern=''
	PATTERNS=() STYLES=()
	while read -r line; do
		if [[ $line =~ ^\[(.*)\]$ ]]; then
			pattern=${BASH_REMATCH[1]}
			[[ $pattern == */* ]] || pattern="**/$pattern"
			pattern=$(sed 's/\./\\./g; s/^\*\*\//%/; s/\*\*/@/g; s/\*/[^\/]*/g; s/@/.*/g; s/%/(.*\/)?/
				s/{/(/g; s/}/)/g; s/,/|/g' <<<"$pattern")
		elif [[ $line =~ ^indent_style\ =\ (.*)$ ]]; then
			PATTERNS+=("^$pattern\$") STYLES+=("${BASH_REMATCH[1]}")
		fi
	done <"$ROOT/.editorconfig"
}

@test ".editorconfig says of each file how it is indented" {
	local f style tabs blanks
	read_editorconfig
	while IFS=: read -r f tabs blanks; do
		style_of "$f"
		if ((tabs > 0)) && [[ $style == space ]] || ((blanks > tabs)) && [[ $style == tab ]]; then
			fault "$f: $style, but $tabs lines begin with a tab and $blanks with blanks"
		elif ((tabs + blanks > 0)) && [[ -z $style && $f =~ \.(c|h|sh|bash|bats|jq|mjs|ts|sql|json|html|ya?ml)$ ]]; then
			fault "$f: no section has its indent"
		fi
	done < <(cd "$ROOT" && find . -mindepth 1 \( -name node_modules -o -name build -o -name bin -o -name state -o -name logs \
		-o -name pairs -o -name '.?*' -o -path ./tests/fixtures -o -name package-lock.json \) -prune \
		-o -type f -print | sed 's|^\./||' | sort |
		xargs awk 'FNR == 1 && name { print name ":" tabs + 0 ":" blanks + 0 }
			FNR == 1 { name = FILENAME; tabs = blanks = 0 }
			/^\t/ { tabs++ } /^  / { blanks++ }
			END { print name ":" tabs + 0 ":" blanks + 0 }' 2>/dev/null)
	all_true
}
