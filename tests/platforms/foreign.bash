# The same on another kind of processor: built by a cross compiler in a chroot, against that
# architecture's libraries, which lie there beside this machine's own. What was built runs
# under qemu; the shell, jq and curl around it run as they are. Sourced by platforms.sh; needs
# chroot.bash.
# shellcheck shell=bash

# foreign_names ARCH: how the compiler and how qemu call it; 1 where it is not known
foreign_names() {
  case $1 in
    arm64) echo aarch64-linux-gnu aarch64 ;;
    armhf) echo arm-linux-gnueabihf arm ;;
    i386) echo i686-linux-gnu i386 ;;
    ppc64el) echo powerpc64le-linux-gnu ppc64le ;;
    riscv64) echo riscv64-linux-gnu riscv64 ;;
    s390x) echo s390x-linux-gnu s390x ;;
    *) return 1 ;;
  esac
}

# this_arch: this machine's, as Debian calls it
this_arch() {
  dpkg --print-architecture 2>/dev/null || uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/'
}

# target WORD: RELEASE, RELEASE:ARCH or ARCH, which is that of Debian 12, as CODENAME or
# CODENAME-ARCH
target() {
  local release=${1%%:*} arch=''
  case $1 in
    alpine*) die 69 "Alpine has no debootstrap: in a container of it, run what the job alpine of .github/workflows/ci.yml does" ;;
    *:*) arch=${1#*:} ;;
  esac
  if foreign_names "$1" >/dev/null; then release=12 arch=$1; fi
  release=$(codename "$release") || return
  [ -z "$arch" ] || [ "$arch" = "$(this_arch)" ] || {
    foreign_names "$arch" >/dev/null ||
      die 2 "unknown architecture: $arch (arm64, armhf, i386, ppc64el, riscv64 or s390x)"
    release+=-$arch
  }
  echo "$release"
}

# What the cross build and the tests take; $1 is the architecture, $2 the compiler's name
# for it, $3 its libraries, $4 further packages. qemu's are static: no library is missing.
# shellcheck disable=SC2016 # expanded in the chroot
foreign_packages='
  dpkg --add-architecture $1
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends gcc-$(echo $2 | tr _ -) $3 $4 qemu-user-static >/dev/null'

# start_emulator QEMU PROGRAM: sets $enter, which leads to where programs like that one run.
# What runs them is registered in the binfmt_misc of a user namespace (Linux 6.7), so that
# it is for nobody else on this machine, and is gone with the namespace.
start_emulator() {
  local qemu=$root/usr/bin/qemu-$1-static
  [ -e "$qemu" ] || qemu=$root/usr/bin/qemu-$1
  [ -e "$qemu" ] || { warn "no qemu-$1 in the chroot"; return 1; }
  unshare --user --mount --propagation private sleep infinity >/dev/null 2>&1 &
  emulator=$!
  until [ "$(readlink "/proc/$emulator/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do
    kill -0 "$emulator" 2>/dev/null || return
    sleep 0.05
  done
  echo '0 0 65536' >"/proc/$emulator/gid_map" && echo '0 0 65536' >"/proc/$emulator/uid_map" || return
  enter=(nsenter --user --target "$emulator")
  # A processor that runs both kinds needs no qemu.
  ! inside "$2" --version >/dev/null 2>&1 || return 0
  mkdir -p "$folder/binfmt"
  # shellcheck disable=SC2016 # expanded there
  nsenter --user --mount --target "$emulator" "$BASH" -c \
    'mount -t binfmt_misc binfmt_misc "$1" && printf %s "$2" >"$1/register"' - "$folder/binfmt" \
    "$(binfmt_rule "$root/$2" "$qemu")" ||
    warn "this kernel has no binfmt_misc for a namespace alone: Linux 6.7 or newer has it"
}

# binfmt_rule PROGRAM QEMU: what the kernel is told of programs of that kind, which the first
# bytes of one tell: its class, byte order and version, and after eleven others its machine
binfmt_rule() {
  printf ':foreign:M:0:%s:%s:%s:PF' "$(od -An -v -tx1 -N20 "$1" | tr -d '\n' | sed 's/ /\\x/g')" \
    "$(printf '\\x%s' ff ff ff ff ff ff ff 00 00 00 00 00 00 00 00 00 00 00 ff ff)" "$2"
}

# What a program is, decides, reads and writes, and whole runs of them; tests/ship builds for
# this machine.
foreign_tests=(tests/program/{plan,normalize,streams}.bats tests/run/care.bats)

# foreign RELEASE ARCH: the build, its unit tests, its programs' tests, the demo
foreign() {
  local name=$1-$2 with=() as=() enter=() root='' emulator='' triplet qemu p libraries=() make
  read -r triplet qemu < <(foreign_names "$2")
  make="make -s -C /src -j$(nproc) CC=$triplet-gcc AR=$triplet-ar CFLAGS=-O2"
  for p in "${library_packages[@]}"; do libraries+=("$p:$2"); done
  { new_root "$1" "$2" && copy_checkout "$root/src"; } || { failed+='1 '; return 1; }
  # A library must be of one version for both, and updates don't come for all at once.
  sources_for "$1" | grep " $1 " >"$root/etc/apt/sources.list"
  step "$name" packages inside sh -euc "$foreign_packages" - "$2" "$triplet" "${libraries[*]}" \
    "make bats parallel procps python3 ${run_packages[*]}" &&
    step "$name" build inside sh -euc "$make all && $triplet-readelf -h /src/bin/plan | grep -E 'Class|Data|Machine'" &&
    { start_emulator "$qemu" /src/bin/plan || true; } &&
    step "$name" start inside /src/bin/plan --version && {
    [ "$no_tests" ] || step "$name" units inside sh -euc "$make WORLDS='500 1' units"
    [ "$no_tests" ] || step "$name" tests foreign_bats
    step "$name" demo inside sh -euc "$make PREFIX=/usr install && cd /root && vaultsync --version && vaultsync demo"
  }
  [ -z "$emulator" ] || { kill "$emulator" && wait "$emulator"; } 2>/dev/null || true
  enter=()
  end_root
}

foreign_bats() {
  local files=("${foreign_tests[@]}")
  [ "${tests[0]:-}" != --only ] || files=("${tests[@]:1}")
  inside sh -euc 'cd /src && exec bats -j "$(nproc)" --no-parallelize-within-files "$@"' - "${files[@]}"
}
