# Shared by the scripts of this folder (sourced, not run).
# shellcheck shell=bash
# The sourcing script sets `me` to its name, as in messages.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs

# die MESSAGE...: ends the script with one message.
die() {
  printf '%s: error: %s\n' "${me:?}" "$*" >&2
  exit 1
}

say() { printf '%s: %s\n' "${me:?}" "$*"; }

# logged NAME COMMAND...: runs a command with its output in build/logs/NAME.log.
logged() {
  local name=$1
  shift
  mkdir -p "$logs"
  "$@" >"$logs/$name.log" 2>&1 </dev/null
}

# last_words NAME: the line of a log that most likely says what went wrong.
last_words() {
  local log=$logs/$1.log
  grep -E -i '(^|[^a-z])(error|fatal|failed|unable|cannot|could not)|^E:' "$log" | tail -n 1 ||
    tail -n 1 "$log"
}

# Seconds since the epoch with a fraction, and the time since such a moment as text.
now() { date +%s.%N; }
since() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.1f s", to - from }'; }

# Cores that this process may use. nproc would count the OpenMP threads of a rank instead.
cores() { env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc 2>/dev/null || echo 1; }

# What Open MPI needs on this machine: it refuses root unless told, counts no more slots than cores, and
# copies between processes in a way that a container's system call filter may forbid.
prepare_mpi() {
  if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
  if grep -q '^Seccomp:[[:space:]]*2' /proc/self/status 2>/dev/null; then
    export OMPI_MCA_btl_vader_single_copy_mechanism=none
  fi
}

# build_program PRESET [TARGET...]: configures and builds; on failure shows the compiler's words and ends.
build_program() {
  local preset=$1 targets=()
  shift
  if [ $# -gt 0 ]; then targets=(--target "$@"); fi
  cd "$root" || exit
  logged "configure-$preset" cmake --preset "$preset" ||
    die "the configuration failed: $(cmake_words "$logs/configure-$preset.log") Log: build/logs/configure-$preset.log"
  if ! logged "build-$preset" nice cmake --build --preset "$preset" --parallel "$(cores)" "${targets[@]}"; then
    grep -E 'error|undefined|FAILED' -A 3 "$logs/build-$preset.log" | head -n 40 >&2 || true
    die "the build failed. Log: build/logs/build-$preset.log"
  fi
}

# The text of the first error that CMake reports, on one line.
cmake_words() {
  sed -n '/^CMake Error/,/^Call Stack/{/^CMake Error/d;/^Call Stack/q;p}' "$1" | tr -s ' \n' ' '
}
