#!/usr/bin/env bash
# slurm_requeue.sh PROGRAM MODEL mpirun|srun: a batch job of launch/slurm on a Slurm of two nodes gets USR1, stops with
# 75, requeues itself, is started again and ends with the picture of an undisturbed run.
set -euo pipefail
# shellcheck source=tests/cluster/rig.sh
. "$(dirname "${BASH_SOURCE[0]}")/rig.sh"
form=$3
needs_tools slurmctld slurmd sbatch munge
begin_rig
"$here/slurm.sh" "$rig" || skip "Slurm does not start on this machine."
export SLURM_CONF=$rig/slurm.conf RENDER_PROGRAM=$program
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
if [ "$form" = srun ] && ! on h1 srun --mpi=list 2>&1 | grep -q pmix; then skip "this Slurm has no pmix plugin."; fi

job=$(on h1 sbatch --parsable --ntasks-per-node=1 --gpus-per-node=0 --cpus-per-task=1 \
  "$here/../../launch/slurm/$form.sbatch" job.yaml)
out=tessera-$job.out

state() { on h1 squeue -h -j "$job" -t all -o %T 2>/dev/null; }
stepping() { grep -q 'step [1-9][0-9]*/' "$out" 2>/dev/null; }
# Pending again, and the steps of the first start are gone from the nodes: a second start that comes sooner than theirs
# have closed finds the socket of its pmix plugin in use.
requeued() { [ "$(state)" = PENDING ] && ! compgen -G "$rig/spool/h?/*_$job.*" >/dev/null &&
  ! compgen -G "$rig/spool/h?/stepd.slurm.pmix.$job.*" >/dev/null; }
completed() { [ "$(state)" = COMPLETED ]; }

until_true 60 stepping || fail "no step within 60 s: $(tail -n 5 "$out")"
begin=$(date +%s.%N)
case $form in
  mpirun) on h1 scancel --signal=USR1 --batch "$job" ;; # the shell, which forwards it
  srun) on h1 scancel --signal=USR1 "$job" ;;
esac
until_true 60 requeued || fail "not requeued within 60 s, state $(state): $(tail -n 5 "$out")"
echo "$form: requeued $(awk -v from="$begin" -v to="$(date +%s.%N)" 'BEGIN { printf "%.1f", to - from }') s after USR1"
grep -iE 'stopped on request|exit(ed with exit)? code' "$out" || fail "no word of the stop: $(tail -n 5 "$out")"
grep -qE '(Exit code: +|exit code )75' "$out" || fail "the exit code was not 75"

# A slurmd refuses a launch in the second in which it revoked the job's last credential ("already killed").
revoked=$(date +%s)
next_second() { [ "$(date +%s)" -gt $((revoked + 1)) ]; }
until_true 10 next_second
on h1 scontrol update JobId="$job" StartTime=now # instead of the two minutes that Slurm waits
until_true 90 completed || fail "not completed within 90 s, state $(state): $(tail -n 5 "$out")"
on h1 scontrol show job "$job" | grep -oE '(JobState|Restarts|ExitCode)=[^ ]*' | tr '\n' ' '
echo
expect_goes_on "$out"
expected=$(undisturbed_digest)
[ "$(digest_of "runs/$job")" = "$expected" ] || fail "the picture differs from an undisturbed run's"
echo "the same picture as an undisturbed run"
