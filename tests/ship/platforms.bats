#!/usr/bin/env bats
# What is installed where; and how a bare Debian of either release is reached from this
# machine. tests/platforms.sh goes there; it needs root, debootstrap and time.

load ../helper

# setup_lib COMMAND…: with the scripts' lib/setup.sh; SEES is its PATH
setup_lib() {
	PATH=${SEES-$PATH} "$BASH" -c 'me=demo home=$ROOT; . "$ROOT/scripts/lib/common.sh"; . "$ROOT/scripts/lib/setup.sh"
		"$@"' demo.sh "$@"
}

# apt_lib COMMAND…: with tests/platforms/apt.bash and those that need it
apt_lib() {
	bash -c '. "$ROOT/scripts/lib/common.sh"; for f in apt chroot foreign; do . "$ROOT/tests/platforms/$f.bash"; done
		"$@"' x "$@"
}

# fake NAME: a program of that name, from standard input, before all others
fake() {
	mkdir -p fake
	{ echo '#!/bin/bash'; cat; } >"fake/$1"
	chmod +x "fake/$1"
	PATH=$T/fake:$PATH
}

# sees PROGRAM…: what setup_lib has in its PATH
sees() {
	SEES=$T/sees
	mkdir -p sees
	local p
	for p; do ln -s "$(type -P "$p")" sees/; done
}

@test "every package that we install has its names for other systems" {
	local p known
	must_pass setup_lib eval 'printf "%s\n" "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}"'
	known=$(sed -nE 's/^([^ ]+)( +[^ ]+){4}$/\1/p' "$ROOT/scripts/lib/packages.txt")
	for p in $output clang-format shellcheck nodejs npm; do
		[[ $'\n'$known$'\n' == *$'\n'"$p"$'\n'* ]] || seen "no line for $p"
	done
	! grep -vE '^(#.*|[^ ]+( +[^ ]+){4})$' "$ROOT/scripts/lib/packages.txt" || seen "not five columns"
}

@test "without apt, what is needed is named as apk, dnf, brew and nix call it" {
	sees awk
	must_pass setup_lib ensure_packages gcc libc6-dev libcjson-dev libcurl4-openssl-dev curl jq
	[[ $stderr == "demo: there is no apt here"* ]] || seen "what it says"
	must_say "  apk add gcc musl-dev cjson-dev curl-dev curl jq"
	must_say "  dnf install gcc glibc-devel cjson-devel libcurl-devel curl jq"
	must_say "  brew install gcc cjson curl jq"
	must_say "  nix-shell -p gcc cjson curl jq"
}

@test "without apt, only the package manager that is there is told" {
	sees awk
	ln -s /bin/true sees/dnf
	must_pass setup_lib ensure_packages gcc libssl-dev
	[[ $stderr == *$'\n'"  dnf install gcc openssl-devel" && $stderr != *apk* && $stderr != *nix* ]] ||
		seen "what it says"
}

@test "a release is reached where this machine's own is, and its parts with it" {
	apt_lib host_codename | grep . || skip "not Debian, or a Debian without a code name"
	own=$(apt_lib host_codename)
	fake apt-get <<-TEXT
		echo "$* " >"$T/args"
		echo "http://mirror.example/debian/ $own $own main"
		echo "http://mirror.example/debian/ stable-updates $own-updates main"
		echo "http://mirror.example/security/ $own-security $own-security main"
		echo "http://mirror.example/debian/ $own $own contrib"
		echo "http://else.example/ nodistro nodistro main"
	TEXT
	must_pass apt_lib sources_for sid signed-by=/k
	diff - <(echo "$output") <<-TEXT
		deb [signed-by=/k] http://mirror.example/debian/ sid main
		deb [signed-by=/k] http://mirror.example/debian/ sid-updates main
		deb [signed-by=/k] http://mirror.example/security/ sid-security main
	TEXT
	must_pass apt_lib mirror_for sid
	[[ $output == http://mirror.example/debian/ ]] || seen "mirror"
	MIRROR=http://given.example/d must_pass apt_lib sources_for sid
	[[ $output == "deb http://given.example/d sid main" ]] || seen "given"
}

@test "the apt of a chroot is told this machine's proxy, and no file of this machine" {
	fake apt-config <<-'TEXT'
		[ "$2" = Acquire ] || exit 0
		echo 'Acquire "";'
		echo 'Acquire::http::Proxy "http://proxy.example:3128";'
		echo 'Acquire::Check-Valid-Until "false";'
		echo 'Acquire::https::CaInfo "/home/me/ca.pem";'
		echo 'Acquire::http::Proxy-Auto-Detect "/usr/bin/detect";'
		echo 'Acquire::IndexTargets::deb::Packages::Optional "0";'
	TEXT
	must_pass apt_lib apt_settings
	[[ $(grep -v host-ca <<<"$output") == 'Acquire::http::Proxy "http://proxy.example:3128";
Acquire::Check-Valid-Until "false";' ]] || seen "what it is told"
}

@test "a release is a number or a code name" {
	must_pass apt_lib codename 13
	[[ $output == trixie ]]
	must_pass apt_lib codename bookworm
	[[ $output == bookworm ]]
	must_pass apt_lib codename 24.04
	[[ $output == noble ]]
	must_fail $RC_USAGE apt_lib codename 7.1
}

@test "a target is a release, one on another architecture, or an architecture of Debian 12" {
	local other=arm64
	[[ $(apt_lib this_arch) != arm64 ]] || other=armhf
	must_pass apt_lib target "13:$other"
	[[ $output == "trixie-$other" ]]
	must_pass apt_lib target "$other"
	[[ $output == "bookworm-$other" ]]
	must_pass apt_lib target "13:$(apt_lib this_arch)"
	[[ $output == trixie ]]
	must_fail $RC_USAGE apt_lib target 13:pdp11
	must_say "unknown architecture: pdp11 \(arm64, "
	must_fail 69 apt_lib target alpine
	must_say "job alpine of .github/workflows/ci.yml"
	grep -q '^  alpine:$' "$ROOT/.github/workflows/ci.yml"
}

@test "Ubuntu comes from an archive of its own, with its parts and keys, or is 69" {
	[[ -z $(apt_lib host_codename ubuntu) ]] || skip "this is Ubuntu, whose sources have it"
	must_pass apt_lib sources_for noble
	[[ -z $output ]] || seen "sources of another family"
	must_fail 69 apt_lib bootstrap noble "$T/root"
	must_say "no archive of Noble \(ubuntu\): give one with --mirror URL"
	MIRROR=http://given.example/u must_pass apt_lib sources_for noble
	[[ $output == "deb http://given.example/u noble main universe
deb http://given.example/u noble-updates main universe
deb http://given.example/u noble-security main universe" ]] || seen "given"
	MIRROR=http://given.example/u KEYRING=$T/none must_fail 69 apt_lib bootstrap noble "$T/root"
	must_say "apt-get install ubuntu-keyring, or --keyring FILE"
}

@test "what the kernel is told of another architecture's programs fits them alone" {
	printf '\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\xb7\x00and so on' >plan
	must_pass apt_lib binfmt_rule plan /qemu
	local any='\x00\x00\x00\x00\x00\x00\x00\x00\x00' head='\x7f\x45\x4c\x46\x02\x01\x01'
	[[ $output == ":foreign:M:0:$head$any\\x03\\x00\\xb7\\x00:\\xff\\xff\\xff\\xff\\xff\\xff\\xff$any\\x00\\x00\\xff\\xff:/qemu:PF" ]] ||
		seen "the rule"
}

@test "the libraries of a release that can't be had are 69, with the reason" {
	apt_lib host_codename | grep . || skip "not Debian, or a Debian without a code name"
	export XDG_CACHE_HOME=$T/cache
	must_fail 69 "$ROOT/tests/platforms/libs.sh" "$(apt_lib host_codename)" "$T/out"
	must_say "itself"
	fake apt-get <<<'[ "$1" != indextargets ] || exit 0; exit 100'
	must_fail 69 "$ROOT/tests/platforms/libs.sh" sid "$T/out"
	must_say "give one with --mirror URL"
	must_fail 69 "$ROOT/tests/platforms/libs.sh" --mirror http://mirror.example sid "$T/out"
	must_say "sid's libraries can't be fetched"
	[[ ! -e $T/out ]] || seen "something was built"
}

# --- tests/platforms.sh -----------------------------------------------------

# fake_debootstrap: lays a folder, mounts something below it, and waits.
fake_debootstrap() {
	[[ $EUID == 0 ]] || skip "not root"
	unshare --mount --pid --fork true 2>/dev/null || skip "no namespaces here"
	fake debootstrap <<-TEXT
		mkdir -p "\$3/proc" "\$3/usr/sbin" "\$3/etc/apt/apt.conf.d"
		mount -t tmpfs ours "\$3/proc" && touch "$T/mounted"
		sleep 63
	TEXT
}

platforms() {
	"$ROOT/tests/platforms.sh" --mirror http://mirror.example "$@"
}

@test "platforms.sh says what it lacks, and what it was not asked" {
	must_fail $RC_USAGE platforms
	must_say "which release?"
	must_fail $RC_USAGE platforms 12.1
	must_fail $RC_USAGE platforms --only 13
	must_fail $RC_USAGE platforms http.bats 13
	must_fail $RC_USAGE platforms --only tests/gone.bats 13
	must_pass platforms --help
	[[ $EUID == 0 ]] || skip "not root"
	sees bash dirname id sed
	must_fail $RC_CONFIG env PATH="$SEES" "$BASH" "$ROOT/tests/platforms.sh" 13
	must_say "apt-get install debootstrap"
}

@test "platforms.sh leaves no mount, no process and no folder when it is stopped" {
	fake_debootstrap
	local signal pid code before
	before=$(wc -l <"/proc/$$/mounts")
	for signal in TERM INT HUP; do
		rm -f mounted
		mkdir -p tmp
		TMPDIR=$T/tmp env --default-signal=INT "$ROOT/tests/platforms.sh" \
			--mirror http://mirror.example bookworm >log 2>&1 3>&- &
		pid=$!
		for _ in {1..200}; do
			[[ ! -e mounted ]] || break
			sleep 0.1
		done
		[[ -e mounted ]] || { cat log; return 1; }
		[[ $(wc -l <"/proc/$$/mounts") == "$before" ]] || seen "mounted for all to see"
		kill -s "$signal" "$pid"
		code=0
		wait "$pid" || code=$?
		((code > 128)) || { cat log; echo "exit $code"; return 1; }
		[[ -z $(ls tmp) ]] || { find tmp | head; seen "$signal: a folder is left"; }
		! pgrep -f "sleep 63" -x || seen "$signal: a process is left"
	done
}

@test "platforms.sh keeps what it is told to keep, and touches no folder of others" {
	fake_debootstrap
	fake debootstrap <<<'exit 4'
	mkdir -p work/bookworm
	touch work/bookworm/theirs
	must_fail $RC_CONFIG platforms --folder work bookworm
	[[ -e work/bookworm/theirs ]]
	rm -r work/bookworm
	touch work/theirs
	must_fail 1 platforms --folder work --keep bookworm
	[[ $output =~ bookworm\ +bare\ .*FAILED\ with\ 4 ]] || seen "the summary"
	[[ -e work/bookworm && -e work/theirs ]] || seen "not kept"
	fake debootstrap <<<'exit 1'
	must_fail 69 platforms --folder work --keep bookworm
	[[ $output == *"http://mirror.example can't be reached, or has no bookworm"* ]] || seen "why"
	must_fail 69 platforms --folder work bookworm
	[[ ! -e work/bookworm && -e work/theirs ]] || seen "not cleaned up"
}
