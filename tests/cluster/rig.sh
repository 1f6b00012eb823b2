# Shared by the cases of this folder (sourced, not run).
# shellcheck shell=bash
# Takes PROGRAM MODEL as arguments of the case. Makes two hosts in a temporary folder $rig and ends them at the exit.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1 model=$2
skipped=77 # CTest counts this code as a skipped test

skip() {
  echo "skipped: $*"
  exit "$skipped"
}

fail() {
  echo "failed: $*" >&2
  exit 1
}

needs_tools() {
  local tool
  [ "$(id -u)" -eq 0 ] || skip "network namespaces need root."
  for tool in ip nsenter unshare "$@"; do
    command -v "$tool" >/dev/null || skip "$tool is not installed. Run: launch/test cluster"
  done
  unshare --net true 2>/dev/null || skip "this machine allows no network namespaces."
}

end_rig() {
  local code=$?
  "$here/hosts.sh" down "$rig" >/dev/null 2>&1 || true
  if [ "$code" -eq 0 ] || [ "$code" -eq "$skipped" ]; then rm -rf "$rig"; else echo "left behind: $rig" >&2; fi
  exit "$code"
}

begin_rig() {
  rig=$(mktemp -d "${TMPDIR:-/tmp}/tessera-rig.XXXXXX")
  chmod 755 "$rig"
  trap end_rig EXIT
  "$here/hosts.sh" down "$rig" # what a killed test left
  "$here/hosts.sh" up "$rig"
  mkdir "$rig/work"
  cd "$rig/work" || exit
  cat >job.yaml <<JOB
name: job
prompt: a cat
model: {path: "$model"}
cascade: {base: 64x64, resolutions: [64x64, 256x256]}
sampling: {steps: ${STEPS:-40}}
distributed: {cpu_threads: 1}
checkpoint: {time_limit: none, every: 1s}
JOB
}

on() { "$here/enter.sh" "$rig" "$@"; }

# until_true SECONDS COMMAND...: waits for a condition.
until_true() {
  local left=$(($1 * 5))
  shift
  while ! "$@"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || return 1
    sleep 0.2
  done
}

# saved RUN: whether a checkpoint is complete, so that a new start goes on from it.
saved() { compgen -G "$1/checkpoints/*.h5" >/dev/null; }

# expect_goes_on LOG: the start that wrote it took up a checkpoint instead of rendering all over again.
expect_goes_on() { grep -o 'goes on from .*' "$1" || fail "no checkpoint was taken up: $(tail -n 5 "$1")"; }

# The same job on one rank, never stopped: what every other run of it must show.
undisturbed_digest() {
  "$program" render -c job.yaml --run-dir undisturbed >undisturbed.log 2>&1 ||
    fail "the undisturbed render ended with $?: $(tail -n 3 undisturbed.log)"
  digest_of undisturbed
}

digest_of() { python3 "$here/pixel_digest.py" "$1"/images/*_256x256.png | cut -d ' ' -f 1; }
