#!/bin/sh
# expect_job_end.sh MPIEXEC RANKS STATUS SECONDS TEXT PROGRAM [ARGUMENT...]
#
# Passes if the job ends with exit status STATUS within SECONDS and its output holds TEXT.
set -u
mpiexec=$1
ranks=$2
expected_status=$3
limit_seconds=$4
text=$5
shift 5
output=$(mktemp)
trap 'rm -f "$output"' EXIT

begin=$(date +%s)
timeout -k 5 "$limit_seconds" "$(dirname "$0")/run_under_mpi.sh" "$mpiexec" "$ranks" "$@" \
  >"$output" 2>&1
status=$?
seconds=$(($(date +%s) - begin))

cat "$output"
echo "ended with status $status after $seconds s; expected $expected_status within $limit_seconds s"
if [ "$status" -ne "$expected_status" ]; then exit 1; fi
if [ -n "$text" ] && ! grep -qF -e "$text" "$output"; then
  echo "the output lacks: $text"
  exit 1
fi
