# The steps of the Dockerfile without docker: each stage is a bare Debian, each RUN is run in
# it. Sourced by platforms.sh; needs chroot.bash.
# shellcheck shell=bash

# dockerfile_steps FILE: an instruction a line, as KEYWORD<tab>REST
dockerfile_steps() {
  sed -E '/^[[:space:]]*(#|$)/d' "$1" |
    awk '{ line = line $0 } /\\$/ { sub(/\\$/, "", line); next } { print line; line = "" }' |
    sed -E 's/^([A-Z]+) +/\1\t/'
}

# stage RELEASE REST: FROM, the start of another image
stage() {
  local name=${2##* } image=${2%% *}
  # shellcheck disable=SC2016 # literal text for the file
  [ "$image" = 'debian:${DEBIAN}-slim' ] || die 70 "not an image of Debian: FROM $2"
  [ "$name" != "$image" ] || name=final
  [ -z "$root" ] || stages+=("$root")
  new_root "$1" "image-$name" && dir=/
}

# copy_step FROM… TO: COPY, of the checkout or of a stage before
copy_step() {
  local from=$1 to=${*: -1} release=${root%/*}
  case $from in
    --from=*)
      # Of a folder, what is in it.
      from=$release/image-${from#--from=}$2
      [ ! -d "$from" ] || from+=/.
      cp -a "$from" "$root$to" ;;
    .) [ "$to" = . ] && copy_checkout "$root$dir" ;;
    *) die 70 "not known here: COPY $*" ;;
  esac
}

# build_arg NAME: as the Dockerfile's first lines give it; others keep their default
build_arg() {
  case $1 in
    VAULTSYNC_COMMIT) with+=("$1=$("$home/packaging/commit.sh" --full)") ;;
    SOURCE_DATE_EPOCH) with+=("$1=$("$home/packaging/commit.sh" --date)") ;;
    *=*) ;;
    *) die 70 "not known here: ARG $1" ;;
  esac
}

# run_image RELEASE: every step, then the container's command as its user
run_image() {
  local keyword rest words root='' dir=/ user='' stages=() with=() as=() enter=() rc=0
  while IFS=$'\t' read -r keyword rest <&4; do
    echo "$keyword $rest"
    case $keyword in
      FROM) stage "$1" "$rest" ;;
      RUN) inside sh -c "cd $dir && $rest" ;;
      COPY) read -ra words <<<"$rest" && copy_step "${words[@]}" ;;
      WORKDIR) dir=$rest && mkdir -p "$root$dir" ;;
      ENV) with+=("$rest") ;;
      ARG) build_arg "$rest" ;;
      USER) user=$rest ;;
      VOLUME | EXPOSE | HEALTHCHECK | ENTRYPOINT | CMD) ;;
      *) die 70 "not known here: $keyword" ;;
    esac || { rc=$?; break; }
  done 4< <(dockerfile_steps "$home/packaging/Dockerfile")
  [ "$rc" != 0 ] || {
    as=(--userspec="$user")
    inside sh -c "cd $dir && vaultsync --version && vaultsync demo && test ! -w /usr" || rc=$?
  }
  as=()
  for root in "${stages[@]}" "$root"; do end_root || rc=$?; done
  return "$rc"
}
