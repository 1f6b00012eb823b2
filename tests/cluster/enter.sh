#!/usr/bin/env bash
# enter.sh DIR HOST COMMAND...: runs a command on a host of hosts.sh, with its own network, name, IPC, /dev/shm
# and TMPDIR. nsenter, since `ip netns exec` mounts /sys anew, which slurmd does not bear.
set -euo pipefail
dir=$1 host=$2
shift 2
# shellcheck disable=SC2016 # the inner shell expands
exec nsenter --net="/run/netns/$host" unshare --uts --ipc --mount bash -euc '
  dir=$1 host=$2
  shift 2
  hostname "$host"
  mount --bind "$dir/hosts" /etc/hosts
  mount -t tmpfs -o size=2g,mode=1777 tmpfs /dev/shm
  mkdir -p "$dir/tmp.$host"
  chmod 1777 "$dir/tmp.$host"
  export TMPDIR="$dir/tmp.$host"
  exec "$@"' enter "$dir" "$host" "$@"
