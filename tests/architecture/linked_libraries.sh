#!/usr/bin/env bash
# linked_libraries.sh PROGRAM LIST: fails if PROGRAM names a shared library that LIST does not, if the loader
# does not find one, or if more than one OpenMP runtime would be loaded.
set -euo pipefail
program=$1
list=$2
status=0

named=$(objdump -p "$program" | awk '$1 == "NEEDED" { sub(/\.so.*/, "", $2); print $2 }' | sort -u)
[ -n "$named" ] || {
  echo "$program names no shared library at all"
  exit 1
}
for library in $named; do
  # The wheel of another platform puts a digest into the name of its OpenMP runtime.
  if ! grep -q -x -F -- "${library%-[0-9a-f][0-9a-f][0-9a-f][0-9a-f]*}" "$list"; then
    echo "$program links $library, which is not in $list"
    status=1
  fi
done

loaded=$(ldd "$program")
if grep 'not found' <<<"$loaded"; then
  status=1
fi
runtimes=$(awk '/lib(gomp|iomp5|omp)[-.]/ { print $3 }' <<<"$loaded" | sort -u)
if [ "$(grep -c . <<<"$runtimes")" -ne 1 ]; then
  printf 'exactly one OpenMP runtime must be loaded, found:\n%s\n' "$runtimes"
  status=1
fi
if grep -E 'lib(OpenImageIO|opencv|protobuf|slurm|boost_mpi|hdf5_cpp|hdf5_openmpi)' <<<"$loaded"; then
  echo "a library that the project never loads"
  status=1
fi
exit "$status"
