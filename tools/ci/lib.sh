# What ./run, ./check and .ci/run share: progress, packages, builds. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
started=$(date +%s)
programs_of_run=(ledgerd ledgerctl ledger-publish ledger-relay ledger-agent fleet-sim)

say() { printf '[%4ds] %s\n' "$(($(date +%s) - started))" "$*" >&2; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# install_packages [PACKAGE...]: installs what is missing of tools/ci/packages and of those named;
# asks the registry only if something is.
install_packages() {
  local missing=() package
  # Debian's nodejs comes without npm; other builds of it bring one, which clashes with Debian's.
  [[ " $* " != *" nodejs "* ]] || command -v npm >/dev/null || set -- "$@" npm
  while read -r package; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
      missing+=("$package")
  done < <(grep -v '^#' "$root/tools/ci/packages"; [ $# -eq 0 ] || printf '%s\n' "$@")
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  local log="$root/build/apt.log"
  mkdir -p "$root/build"
  { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; die "the packages could not be installed; the whole output is in $log"; }
}

# build PRESET TARGET...: configures if needed and builds, one line of progress each ten seconds.
build() {
  local preset=$1
  shift
  say "building $preset: $*"
  (cd "$root" && cmake --preset "$preset" >"$root/build/$preset.configure.log" 2>&1) ||
    { cat "$root/build/$preset.configure.log" >&2; die "cmake could not configure $preset"; }
  NINJA_STATUS='%f/%t ' ninja -C "$root/build/$preset" "$@" 2>&1 | progress "$preset" ||
    die "the $preset build failed; see above"
}

# Shows what compilers say, and of the steps one line each ten seconds.
progress() {
  local line now shown=0
  while IFS= read -r line; do
    if [[ $line =~ ^[0-9]+/[0-9]+\  ]]; then
      printf -v now '%(%s)T' -1
      [ $((now - shown)) -ge 10 ] || continue
      shown=$now
      say "  $1 ${line%% *}"
    elif ! [[ $line =~ ^ninja:\ (Entering|no\ work) ]]; then
      printf '%s\n' "$line" >&2
    fi
  done
}
