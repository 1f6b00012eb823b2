#!/usr/bin/env bash
# slurm_cancel.sh PROGRAM MODEL: scancel of a job in the srun form leaves the ranks KillWait seconds, enough for a
# checkpoint; the same command goes on from there, on one rank.
set -euo pipefail
# shellcheck source=tests/cluster/rig.sh
. "$(dirname "${BASH_SOURCE[0]}")/rig.sh"
needs_tools slurmctld slurmd sbatch munge
begin_rig
"$here/slurm.sh" "$rig" || skip "Slurm does not start on this machine."
export SLURM_CONF=$rig/slurm.conf RENDER_PROGRAM=$program
if ! on h1 srun --mpi=list 2>&1 | grep -q pmix; then skip "this Slurm has no pmix plugin."; fi

job=$(on h1 sbatch --parsable --ntasks-per-node=1 --gpus-per-node=0 --cpus-per-task=1 \
  "$here/../../launch/slurm/srun.sbatch" job.yaml)
out=tessera-$job.out
stepping() { grep -q 'step [1-9][0-9]*/' "$out" 2>/dev/null; }
ended() { [ "$(on h1 squeue -h -j "$job" -t all -o %T 2>/dev/null)" = CANCELLED ] && ! on h1 squeue -h -t running,completing | grep -q .; }
until_true 60 stepping || fail "no step within 60 s: $(tail -n 5 "$out")"
on h1 scancel "$job"
until_true 60 ended || fail "not ended within 60 s: $(tail -n 5 "$out")"
grep -E 'stopped on request \((signal TERM|a signal to rank [0-9]+)\)' "$out" || fail "no checkpoint on TERM: $(tail -n 8 "$out")"
saved "runs/$job" || fail "no checkpoint file"

on h2 "$program" resume "runs/$job" >resumed.log 2>&1 || fail "the resume ended with $?: $(tail -n 5 resumed.log)"
expect_goes_on resumed.log
expected=$(undisturbed_digest)
[ "$(digest_of "runs/$job")" = "$expected" ] || fail "the resumed picture differs"
echo "cancelled, resumed on another host: the picture of an undisturbed run"
