#!/usr/bin/env bats
# What is installed where; and how a bare Debian of either release is reached from this
# machine. tests/platforms.sh goes there; it needs root, debootstrap and time.

load helper

# setup_lib COMMAND…: with the scripts' lib/setup.sh; SEES is its PATH
setup_lib() {
	PATH=${SEES-$PATH} "$BASH" -c 'me=demo home=$ROOT; . "$ROOT/scripts/lib/common.sh"; . "$ROOT/scripts/lib/setup.sh"
		"$@"' demo.sh "$@"
}

# apt_lib COMMAND…: with tests/platforms/apt.bash
apt_lib() {
	bash -c '. "$ROOT/scripts/lib/common.sh"; . "$ROOT/tests/platforms/apt.bash"; "$@"' x "$@"
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
	for p; do ln -s "$(command -v "$p")" sees/; done
}

@test "every package we install has its names elsewhere" {
	local p
	must_pass setup_lib eval 'printf "%s\n" "${build_packages[@]}" "${run_packages[@]}" "${test_packages[@]}"'
	for p in $output clang-format shellcheck nodejs npm; do
		grep -qE "^$p( +[^ ]+){4}\$" "$ROOT/scripts/lib/packages.txt" || seen "no line for $p"
	done
	! grep -vE '^(#.*|[^ ]+( +[^ ]+){4})$' "$ROOT/scripts/lib/packages.txt" || seen "not five columns"
}

@test "without apt, what is needed is named as apk, dnf, brew and nix call it" {
	sees awk
	must_pass setup_lib ensure_packages gcc libc6-dev libcjson-dev libcurl4-openssl-dev curl jq
	[[ $stderr == "demo: no apt here"* ]] || seen "what it says"
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
	must_fail $RC_USAGE apt_lib codename 7.1
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
