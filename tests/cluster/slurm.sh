#!/usr/bin/env bash
# slurm.sh DIR: a Slurm of two nodes on the hosts of `hosts.sh up DIR` (root; packages of tests/cluster/packages.txt).
# Then: export SLURM_CONF=DIR/slurm.conf; enter.sh DIR h1 sbatch ... `hosts.sh down DIR` ends it.
set -euo pipefail
dir=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$dir"/{state,log,run,spool/h1,spool/h2,node-tmp/h1,node-tmp/h2}
chmod 1777 "$dir"/node-tmp/h?
{
  # One setting per line. The fake GPUs are never opened. A TmpFS per node, which --mpi=pmix needs.
  tr ' ' '\n' <<SETTINGS
ClusterName=test SlurmctldHost=h1(10.77.0.1) SlurmUser=root SlurmctldPort=26817
SlurmdParameters=config_overrides ProctrackType=proctrack/linuxproc TaskPlugin=task/none
StateSaveLocation=$dir/state SlurmdSpoolDir=$dir/spool/%n TmpFS=$dir/node-tmp/%n
SlurmctldPidFile=$dir/run/slurmctld.pid SlurmdPidFile=$dir/run/slurmd.%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log SlurmdLogFile=$dir/log/slurmd.%n.log
SelectType=select/cons_tres SelectTypeParameters=CR_Core GresTypes=gpu
ReturnToService=2 KillWait=5 SlurmdTimeout=10
SETTINGS
  for i in 1 2; do
    echo "NodeName=h$i NodeAddr=10.77.0.$i CPUs=4 RealMemory=4000 Gres=gpu:fake:2 State=UNKNOWN"
  done
  echo "PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP"
} >"$dir/slurm.conf"
echo 'NodeName=h[1-2] Name=gpu Type=fake File=/dev/tty[0-1]' >"$dir/gres.conf"
export SLURM_CONF=$dir/slurm.conf

if ! munge -n >/dev/null 2>&1; then
  mkdir -p /run/munge
  chown munge: /run/munge
  su -s /bin/sh munge -c /usr/sbin/munged
fi
"$here/enter.sh" "$dir" h1 slurmctld -D </dev/null >"$dir/log/slurmctld.out" 2>&1 &
for host in h1 h2; do
  "$here/enter.sh" "$dir" "$host" slurmd -D -N "$host" </dev/null >"$dir/log/slurmd.$host.out" 2>&1 &
done
for _ in $(seq 60); do
  if [ "$("$here/enter.sh" "$dir" h1 sinfo -h -t idle -o %D 2>/dev/null)" = 2 ]; then exit 0; fi
  sleep 0.5
done
echo "slurm.sh: the nodes are not idle after 30 s; see $dir/log" >&2
exit 1
