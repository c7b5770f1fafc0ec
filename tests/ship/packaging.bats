#!/usr/bin/env bats
# What is for other places: systemd, containers, Kubernetes, Replit, Debian.

load ../helper

PACKAGING=$ROOT/packaging

install_to() { # install_to PREFIX
	PREFIX=$1 DESTDIR='' BIN=$BIN PROGRAMS="plan report health-server" \
		"$PACKAGING/install.sh"
}

@test "systemd accepts the units, and finds them hardened" {
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze here"
	install_to "$T/usr"
	cd "$T/usr/lib/systemd/system"
	must_pass systemd-analyze verify --man=no ./vaultsync.service ./vaultsync.timer \
		./vaultsync-health.service
	[[ -z $output$stderr ]] || seen "what it says"
	# 0 is closed, 10 is open; the scale is tenths of that.
	for unit in vaultsync.service vaultsync-health.service; do
		must_pass systemd-analyze security --no-pager --offline=true --threshold=20 "$unit"
	done
}

@test "the units get the keys as a credential, and name no key" {
	local unit
	for unit in vaultsync vaultsync-health; do
		grep -q '^LoadCredential=env:/etc/vaultsync/env$' "$PACKAGING/systemd/$unit.service"
		grep -q '^Environment=SYNC_ENV_FILE=%d/env$' "$PACKAGING/systemd/$unit.service"
		# Beside it; the second line makes it one that may be missing.
		grep -q '^LoadCredential=fields.json:/etc/vaultsync/fields.json$' "$PACKAGING/systemd/$unit.service"
		grep -q '^SetCredential=fields.json:{}$' "$PACKAGING/systemd/$unit.service"
	done
	! grep -rnE 'API_KEY=|SERVICE_ROLE_KEY=' "$PACKAGING/systemd" || seen "a key in a unit"
	# Set here, because the filter of system calls keeps a program from doing it.
	[[ $(grep -c '^LimitCORE=0$' "$PACKAGING"/systemd/*.service | grep -c ':1$') == 2 ]] || seen "core files"
	# Both run with the same, except for what they start.
	diff <(sed '/^LoadCredential/,$!d; /^\[Install/,$d; /^$/d' "$PACKAGING/systemd/vaultsync.service") \
		<(sed '/^LoadCredential/,$!d; /^\[Install/,$d; /^$/d' "$PACKAGING/systemd/vaultsync-health.service")
}

@test "a credential that its group may read by an ACL gets no warning" {
	mkdir credentials
	echo SYNC_INTERVAL=5m >credentials/env
	chmod 440 credentials/env
	export SYNC_ENV_FILE=$T/credentials/env
	must_pass "$BIN/report" --paths
	must_say "others may read it"
	CREDENTIALS_DIRECTORY=$T/credentials must_pass "$BIN/report" --paths
	must_hold '.[0].interval_seconds == 300'
	[[ -z $stderr ]] || seen "warned"
	CREDENTIALS_DIRECTORY=$T/cred must_pass "$BIN/report" --paths
	must_say "others may read it"
}

# The types drop a field that they don't have; annotate leaves all as written.
@test "Kubernetes' own types have every field of the CronJob" {
	command -v kubectl >/dev/null || skip "no kubectl here"
	export KUBECONFIG=/dev/null
	sed '1,/^---$/d' "$PACKAGING/kubernetes/cronjob.yaml" >cronjob.yaml
	must_pass kubectl annotate --local -o json -f cronjob.yaml checked=yes
	printf '%s' "$output" >written
	must_pass kubectl set resources --local -o json -f cronjob.yaml --requests=cpu=51m,memory=64Mi
	printf '%s' "$output" >typed
	run jq -nc --slurpfile w written --slurpfile t typed '
		[$w[0] | paths(scalars)] - [$t[0] | paths(scalars)] - [["metadata", "annotations", "checked"]]
		| if ($w[0] | [paths(scalars)] | length) < 30 then "too few read" else . end'
	[[ $output == "[]" ]] || seen "not in the types"
}

@test "a run in Kubernetes stands alone, and has no rights it does not need" {
	local line
	for line in 'concurrencyPolicy: Forbid' 'restartPolicy: Never' 'backoffLimit: 0' \
		'runAsNonRoot: true' 'readOnlyRootFilesystem: true' \
		'allowPrivilegeEscalation: false' 'capabilities: {drop: \[ALL\]}' \
		'automountServiceAccountToken: false' '- secretRef: {name: vaultsync}' \
		'emptyDir: {sizeLimit: 1Gi}'; do
		grep -q -- "$line\$" "$PACKAGING/kubernetes/cronjob.yaml" || seen "$line"
	done
	! grep -F 'emptyDir: {}' "$PACKAGING/kubernetes/cronjob.yaml" || seen "a folder without a limit"
	command -v kubectl >/dev/null || skip "no kubectl here"
	mkdir -p pairs/sales packaging
	cp -r "$PACKAGING/kubernetes" packaging/
	cp "$PACKAGING/kubernetes/pair.yaml" pairs/sales/kustomization.yaml
	echo SUPABASE_URL=https://a.supabase.co >pairs/sales/sales.env
	must_pass kubectl kustomize pairs/sales
	[[ $output == *"claimName: vaultsync-sales"* && $output == *"name: vaultsync-sales-"* ]] ||
		seen "names"
	! grep -E 'name: vaultsync$' <<<"$output" || seen "a name that is not the pair's"
}

@test "the container runs as an ordinary user, and has what the programs need" {
	local file=$PACKAGING/Dockerfile p
	[[ $(grep -c '^FROM debian:${DEBIAN}-slim' "$file") == 2 ]]
	grep -qx 'ARG DEBIAN=trixie' "$file"
	[[ $(sed '1,/^FROM debian:${DEBIAN}-slim$/d' "$file" | grep -n '^USER 10001:10001' | wc -l) == 1 ]]
	grep -q '^HEALTHCHECK' "$file" && grep -q 'report --health' "$file"
	grep -qx .env "$ROOT/.dockerignore" && grep -qx .git "$ROOT/.dockerignore"
	grep -qx pairs "$ROOT/.dockerignore"
	# The user of the CronJob is that of the image, its volume the image's.
	grep -q 'runAsUser: 10001' "$PACKAGING/kubernetes/cronjob.yaml"
	grep -q 'mountPath: /var/lib/vaultsync}' "$PACKAGING/kubernetes/cronjob.yaml"
	# It builds with what a checkout builds with. What it runs with are the
	# dependencies of the package: no library is named by one release's name.
	# shellcheck source=/dev/null
	. "$ROOT/scripts/lib/setup.sh"
	for p in gcc make jq dpkg-dev "${library_packages[@]}"; do
		sed '/^FROM.*-slim$/,$d' "$file" | grep -qw -- "$p" || seen "not in the stage that builds: $p"
	done
	! sed '1,/^FROM debian:${DEBIAN}-slim$/d; /^#/d' "$file" | grep -oE '\blib[a-z0-9-]+' || seen "a library by name"
}

@test "Replit's Run button starts existing programs, on the exposed port" {
	local run
	run=$(sed -n 's/^run = \["bash", "-c", "\(.*\)"\]$/\1/p' "$ROOT/.replit")
	[[ $run == "make -s -j2 && exec scripts/serve.sh --listen 0.0.0.0:8080" ]]
	grep -A1 '^\[\[ports\]\]' "$ROOT/.replit" | grep -q '^localPort = 8080$'
	grep -q 'run = \["scripts/serve.sh", "--listen", "0.0.0.0:8080"\]' "$ROOT/.replit"
	[[ -x $ROOT/scripts/serve.sh ]]
	for p in gcc gnumake curl cjson openssl utf8proc libmicrohttpd sqlite jq util-linux; do
		grep -q "^    pkgs\.$p\$" "$ROOT/replit.nix" || seen "$p"
	done
}

# package FOLDER [NAME=VALUE]…: a package of some programs there, made under these
# circumstances
package() {
	env BIN="$BIN" PROGRAMS="sb-fetch plan report health-server sandbox" SOURCE_DATE_EPOCH=1700000000 \
		VAULTSYNC_COMMIT=abcdef0123456789-dirty "${@:2}" "$PACKAGING/deb.sh" "$1"
}

# one_package: $PACKAGE is the folder of one, made by the first test that needs it.
one_package() {
	PACKAGE=$BATS_FILE_TMPDIR/package
	[[ -e $PACKAGE ]] || (umask 077 && package "$PACKAGE" LC_ALL=C.UTF-8 TZ=Asia/Tokyo) >/dev/null ||
		seen "no package"
}

@test "the Debian package has its files, and says what it needs" {
	command -v dpkg-deb >/dev/null && command -v dpkg-shlibdeps >/dev/null ||
		skip "no dpkg-dev here"
	! is_sanitized "$BIN/plan" || skip "not of a build with a sanitizer"
	local deb so p
	one_package
	deb=$(echo "$PACKAGE"/vaultsync_*.deb)
	must_pass dpkg-deb -f "$deb" Version
	# The next release's replaces this one's.
	if grep -qx ID=debian /etc/os-release; then
		[[ $output =~ ^[0-9.]+\+deb[0-9]+$ ]] || seen "version"
		dpkg --compare-versions "$output" lt "${output%%+*}+deb99"
		dpkg --compare-versions "$output" gt "${output%%+*}"
	fi
	must_pass dpkg-deb -f "$deb" Depends
	# The package that each library is in here, by whatever name.
	ldd "$BIN"/* >linked
	local libraries=(libc.so.6 libcurl.so.4 libcjson.so.1 libcrypto.so.3 libutf8proc.so libmicrohttpd.so libsqlite3.so.0)
	local files=()
	for p in "${libraries[@]}"; do
		so=$(sed -n "s|.*=> \(/[^ ]*/${p}[^ ]*\) .*|\1|p" linked | head -n 1)
		files+=("${so##*/}")
	done
	dpkg-query -S "${files[@]/#/*/}" >found
	for p in "${!libraries[@]}"; do
		sed -n "s|^\([^:]*\):.*/${files[p]}\$|\1|p" found | sort -u >owner
		[[ -s owner ]] || seen "whose is ${libraries[p]}"
		grep -qF -f owner <<<"$output" || seen "${libraries[p]} of $(<owner)"
	done
	for p in jq curl ca-certificates; do
		[[ ", $output," =~ ,\ $p(\ [^,]*)?, ]] || seen "$p"
	done
	dpkg-deb -x "$deb" x
	dpkg-deb -e "$deb" x/DEBIAN
	(cd x && md5sum -c --quiet DEBIAN/md5sums)
	[[ $(find x/usr -type f | wc -l) == $(wc -l <x/DEBIAN/md5sums) ]]
	! find x -perm /022 ! -type l | grep . || seen "writable for others"
	[[ $(stat -c %a x/etc/vaultsync) == 700 ]]
	for p in README_SYNC.md CHANGELOG.md SECURITY.md doc/semantics.md; do
		[[ -s x/usr/share/doc/vaultsync/$p ]] || seen "not in the package: $p"
		! grep -qxE "${p%%/*}|$p" "$ROOT/.dockerignore" || seen "kept from the image's build: $p"
	done
	zcat x/usr/share/doc/vaultsync/changelog.gz | grep -q 'See CHANGELOG.md' || seen "changelog"
	! find x/usr/share/man -type f ! -name '*.gz' | grep . || seen "a manual page that is not compressed"
	[[ $(readlink x/usr/bin/vaultsync) == ../libexec/vaultsync/scripts/vaultsync ]]
	grep -q '^ExecStart=/usr/bin/vaultsync ' x/usr/lib/systemd/system/vaultsync.service
	! grep -r @PREFIX@ x/usr/lib/systemd || seen "a place that was not filled in"
	must_pass x/usr/bin/vaultsync -C "$T" report --paths
	for p in postinst prerm postrm; do sh -n "x/DEBIAN/$p"; done
}

@test "two packages of one build are equal, and so are the lists of what is in them" {
	command -v dpkg-deb >/dev/null && command -v dpkg-shlibdeps >/dev/null || skip "no dpkg-dev here"
	! is_sanitized "$BIN/plan" || skip "not of a build with a sanitizer"
	local deb sbom so of
	one_package
	deb=$(echo "$PACKAGE"/*.deb) sbom=$(echo "$PACKAGE"/*.spdx.json)
	must_pass package "$T/another/and/longer" LC_ALL=C TZ=UTC
	cmp "$deb" another/and/longer/*.deb
	cmp "$sbom" another/and/longer/*.spdx.json
	# The list: our files and the package with their sums, the commit, the license.
	jq -e --arg sum "$(sha256sum <"$deb" | cut -d' ' -f1)" '.spdxVersion == "SPDX-2.3"
		and .creationInfo.created == "2023-11-14T22:13:20Z"
		and (.packages[0] | .sourceInfo == "built from the git commit abcdef0123456789-dirty"
			and .licenseDeclared == "MIT" and .checksums[0].checksumValue == $sum)' "$sbom" >/dev/null || seen "its head"
	dpkg-deb -x "$deb" x
	(cd x && jq -r '.files[] | .fileName as $f | .checksums[] | select(.algorithm == "SHA256") | "\(.checksumValue)  \($f)"' \
		"$sbom" | sha256sum -c --quiet)
	[[ $(jq '.files | length' "$sbom") == $(find x -type f | wc -l) ]] || seen "files are missing"
	[[ $(jq -r '.packages[0].packageVerificationCode.packageVerificationCodeValue' "$sbom") == \
		$(cd x && find . -type f -exec sha1sum {} + | cut -d' ' -f1 | sort | tr -d '\n' | sha1sum | cut -d' ' -f1) ]] || seen "the code"
	# Each library that a program names, with the version that is here.
	for so in libc.so.6 libcjson.so.1 libcrypto.so.3; do
		of=$(jq -r --arg so "$so" '.packages[] | select((.comment // "") | contains($so)) | "\(.name) \(.versionInfo)"' "$sbom")
		[[ -n $of && $(dpkg-query -W -f '${Package} ${Version}\n' "${of% *}") == *"$of"* ]] || seen "$so: $of"
	done
	# Every id is there, and once.
	jq -e '[.. | objects | .SPDXID? // empty] as $ids | ($ids | length == (unique | length))
		and ([.relationships[] | .spdxElementId, .relatedSpdxElement] + .packages[0].hasFiles - $ids == [])
		and ([.relationships[].relationshipType] | contains(["DESCRIBES", "DYNAMIC_LINK"]))' "$sbom" >/dev/null || seen "ids"
	# The image takes its layer from it.
	must_pass env SOURCE_DATE_EPOCH=1700000000 "$ROOT/packaging/image-root.sh" "$PACKAGE" ours depends
	diff -r x ours | grep -vxF 'Only in ours/usr/share/doc/vaultsync: vaultsync.spdx.json' && seen "the layer"
	cmp "$sbom" ours/usr/share/doc/vaultsync/vaultsync.spdx.json
	[[ $(<depends) == *libcjson1* && -z $(find ours -newermt 2023-11-15) ]] || seen "the layer's times"
}
