# Packages of npm for a test, in a cache outside the tree.

# npm_packages FOLDER: sets $MODULES to a folder with the packages that
# FOLDER/package-lock.json pins; skips the test where they can't be had. Where that
# took npm its time in vain, the other tests of the next ten minutes are skipped at once.
npm_packages() {
	local from=$ROOT/tests/$1 cache sum
	command -v node >/dev/null && command -v npm >/dev/null ||
		skip "no node and npm here: apt-get install nodejs npm"
	sum=$(sha256sum "$from/package-lock.json" | cut -c1-16)
	cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/vaultsync-tests
	MODULES=$cache/$1-$sum
	[[ -e $MODULES/installed ]] && return
	[[ -z $(find "$MODULES/failed" -mmin -10 2>/dev/null) ]] ||
		skip "npm could not install $1: see $MODULES/npm.log"
	mkdir -p "$MODULES"
	cp "$from/package.json" "$from/package-lock.json" "$MODULES/"
	(cd "$MODULES" && timeout 300 npm ci --no-audit --no-fund --ignore-scripts \
		>npm.log 2>&1 3>&-) || { touch "$MODULES/failed"; skip "npm could not install $1: see $MODULES/npm.log"; }
	touch "$MODULES/installed"
}
