#!/usr/bin/env bash
# lost_rank.sh PROGRAM MODEL killed|stopped|link: a render over two hosts loses a rank, or the cable between them. The
# job ends by itself within a bound, and a new start on one host goes on to the same picture.
set -euo pipefail
# shellcheck source=tests/cluster/rig.sh
. "$(dirname "${BASH_SOURCE[0]}")/rig.sh"
loss=$3
needs_tools mpirun
begin_rig

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none
on h1 mpirun --tune "$here/../../launch/openmpi-params.conf" --host h1:2,h2:2 -n 4 --oversubscribe \
  --mca plm_rsh_agent "$rig/agent.sh" -x OMP_NUM_THREADS \
  "$program" render -c job.yaml --run-dir run --distributed-deadline 10s >out.log 2>&1 &
job=$!
until_true 60 grep -q 'step [1-9][0-9]*/' out.log || fail "no step within 60 s: $(tail -n 5 out.log)"
until_true 60 saved run || fail "no checkpoint within 60 s: $(tail -n 5 out.log)"

# A rank of h2.
victim() { ip netns pids h2 | while read -r pid; do
  if [ "$(readlink "/proc/$pid/exe")" = "$(readlink -f "$program")" ]; then echo "$pid"; fi
done | head -n 1; }
begin=$(date +%s.%N)
case $loss in
  killed) kill -KILL "$(victim)" ;;
  stopped) kill -STOP "$(victim)" ;;
  link) ip -n h1 link set v1 down ;;
esac
code=0
timeout 90 tail --pid="$job" -f /dev/null || fail "the job still runs after 90 s"
wait "$job" || code=$?
seconds=$(awk -v from="$begin" -v to="$(date +%s.%N)" 'BEGIN { printf "%.1f", to - from }')
echo "$loss: the job ended after $seconds s with code $code and said:"
grep -vE 'PROGRESS|^-+$|^$' out.log | tail -n 12
case $loss:$code in
  killed:137 | killed:69 | stopped:69 | link:205 | link:69) ;;
  *) fail "code $code was not expected" ;;
esac
if [ "$loss" = stopped ]; then
  grep -E '[a-z_]+ with rank [0-9]+ failed after [0-9.]+ s.*no answer within the deadline from rank [0-9]' out.log || fail "no peer named operation, rank and seconds"
fi
[ "${seconds%.*}" -le 30 ] || fail "that took longer than 30 s"

on h1 "$program" resume run >resumed.log 2>&1 || fail "the resume ended with $?: $(tail -n 5 resumed.log)"
expect_goes_on resumed.log
expected=$(undisturbed_digest)
[ "$(digest_of run)" = "$expected" ] || fail "the resumed picture differs"
echo "resumed on one rank: the picture of an undisturbed run"
