#!/usr/bin/env bash
# hosts.sh up|down DIR: two "hosts", h1 and h2, as network namespaces joined by one cable (root; DIR absolute).
# DIR/agent.sh stands in for ssh: mpirun --mca plm_rsh_agent DIR/agent.sh.
set -euo pipefail
form=$1 dir=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ "$form" = down ]; then
  for host in h1 h2; do
    if [ ! -e "/run/netns/$host" ]; then continue; fi
    ip netns pids "$host" | xargs -r kill -9 || true
    ip netns del "$host"
  done
  exit 0
fi

mkdir -p "$dir"
ip netns add h1
ip netns add h2
ip link add v1 netns h1 type veth peer name v2 netns h2
for i in 1 2; do
  ip -n "h$i" link set lo up
  ip -n "h$i" addr add "10.77.0.$i/24" dev "v$i"
  ip -n "h$i" link set "v$i" up
done
printf '127.0.0.1 localhost\n10.77.0.1 h1\n10.77.0.2 h2\n' >"$dir/hosts"
cat >"$dir/agent.sh" <<AGENT
#!/bin/sh
host=\$1
shift
exec "$here/enter.sh" "$dir" "\$host" /bin/sh -c "\$*"
AGENT
chmod +x "$dir/agent.sh"
