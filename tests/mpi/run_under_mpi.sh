#!/bin/sh
# run_under_mpi.sh MPIEXEC RANKS PROGRAM [ARGUMENT...]
#
# Runs a test program on RANKS ranks of this machine, as root too and on fewer cores than ranks, with
# one compute thread per rank. The exit status is mpirun's.
set -eu
mpiexec=$1
ranks=$2
shift 2
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1
exec "$mpiexec" --oversubscribe -n "$ranks" "$@"
