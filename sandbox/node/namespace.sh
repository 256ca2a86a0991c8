#!/bin/sh
# The first process of the node's network and mount namespaces. It makes them ready and then does nothing but keep
# them. What it mounts and sets is seen in these namespaces only and goes with them.
#
# usage: namespace.sh NAME NODE_ADDRESS SERVICE_NETWORK SCRATCH FOLDER...
#   NAME             the network namespace is found under this name in the mount namespace's /run/netns
#   NODE_ADDRESS     what the node listens on
#   SERVICE_NETWORK  addresses of Services
#   SCRATCH          an empty folder to mount on
#   FOLDER...        folders that stay the host's own although they may lie in one of those made private below
set -eu
name=$1 address=$2 services=$3 scratch=$4
shift 4

mount -t tmpfs -o mode=0700 tmpfs "$scratch"
cd "$scratch"

# containerd, the kubelet and CNI plug-ins write to fixed places. They see the host's folders, and what they write
# stays in memory. Paths relative to the working directory still work when the folder itself is covered.
count=0
for folder in "$@"; do
    count=$((count + 1))
    mkdir "kept-$count"
    mount --bind "$folder" "kept-$count"
done
for folder in /run /var/lib /var/log; do
    own=$(echo "$folder" | tr / -)
    mkdir "new$own" "work$own"
    mount -t overlay -o "lowerdir=$folder,upperdir=new$own,workdir=work$own" overlay "$folder"
done
count=0
for folder in "$@"; do
    count=$((count + 1))
    mount --no-canonicalize --bind "kept-$count" "$folder"
done
mkdir -p /run/netns /run/containerd /var/lib/kubelet /var/log/containers
: > "/run/netns/$name"
mount --bind "/proc/$$/ns/net" "/run/netns/$name"

# Kernel settings outside of the network namespace belong to the host. The kubelet insists on some values and writes
# only what differs, so it is shown what it wants to see (k8s.io/kubernetes/pkg/kubelet/cm, setupKernelTunables).
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,bind,rw /proc/sys/net
show() {
    [ -e "/proc/sys/$1" ] || return 0
    mkdir -p "settings/${1%/*}"
    echo "$2" > "settings/$1"
    mount --no-canonicalize --bind "settings/$1" "/proc/sys/$1"
}
show vm/overcommit_memory 1
show vm/panic_on_oom 0
show kernel/panic 10
show kernel/panic_on_oops 1
show kernel/keys/root_maxkeys 1000000
show kernel/keys/root_maxbytes 25000000

ip link set lo up
# Not in 127.0.0.0/8, which no API server may advertise. No other machine and not even the host can reach it.
ip address add "$address/32" dev lo
# The packet filter turns addresses of Services into others after the kernel has looked for a route, so there must be
# one. It leads to a bridge with nothing behind it, where addresses of no Service end.
ip link add services type bridge
ip link set services up
ip route add "$services" dev services src "$address"
echo 1 > /proc/sys/net/ipv4/ip_forward

cd /
exec sleep infinity
