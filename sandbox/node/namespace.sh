#!/bin/sh
# First process of the node's network and mount namespaces. Sets them up, then sleeps to keep them alive. Its mounts and
# network settings are visible in these namespaces only and disappear with them.
#
# usage: namespace.sh NAME NODE_ADDRESS SERVICE_NETWORK SCRATCH FOLDER...
#   NAME             name of the network namespace in /run/netns of the mount namespace
#   NODE_ADDRESS     address of the node
#   SERVICE_NETWORK  network of the Services
#   SCRATCH          an empty folder to mount on
#   FOLDER...        folders that stay those of the host, although they can be below a folder that becomes private
set -eu
name=$1 address=$2 services=$3 scratch=$4
shift 4

mount -t tmpfs -o mode=0700 tmpfs "$scratch"
cd "$scratch"

# containerd, the kubelet and CNI plug-ins write to fixed paths. Overlays show them the host's files and store their changes
# in memory. Relative paths are used because a mount below can hide the absolute path of the scratch folder.
count=0
for folder in "$@"; do
    count=$((count + 1))
    mkdir "kept-$count"
    mount --bind "$folder" "kept-$count"
done
for folder in /run /var/lib /var/log; do
    suffix=$(echo "$folder" | tr / -)
    mkdir "new$suffix" "work$suffix"
    mount -t overlay -o "lowerdir=$folder,upperdir=new$suffix,workdir=work$suffix" overlay "$folder"
done
count=0
for folder in "$@"; do
    count=$((count + 1))
    mount --no-canonicalize --bind "kept-$count" "$folder"
done
mkdir -p /run/netns /run/containerd /var/lib/kubelet /var/log/containers
: > "/run/netns/$name"
mount --bind "/proc/$$/ns/net" "/run/netns/$name"

# Kernel settings outside of the network namespace are those of the host and must not change. The kubelet requires certain
# values and writes a setting only if it differs (k8s.io/kubernetes/pkg/kubelet/cm, setupKernelTunables). Files with the
# required values are therefore mounted over the settings.
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount --bind /proc/sys/net /proc/sys/net
mount -o remount,bind,rw /proc/sys/net
override() {
    [ -e "/proc/sys/$1" ] || return 0
    mkdir -p "settings/${1%/*}"
    echo "$2" > "settings/$1"
    mount --no-canonicalize --bind "settings/$1" "/proc/sys/$1"
}
override vm/overcommit_memory 1
override vm/panic_on_oom 0
override kernel/panic 10
override kernel/panic_on_oops 1
override kernel/keys/root_maxkeys 1000000
override kernel/keys/root_maxbytes 25000000

ip link set lo up
# Outside of 127.0.0.0/8, because an API server cannot advertise a loopback address. Reachable in this namespace only.
ip address add "$address/32" dev lo
# iptables rewrites the addresses of Services after the kernel has looked up a route, so a route must exist. It points to a
# bridge without ports, which discards packets to addresses that belong to no Service.
ip link add services type bridge
ip link set services up
ip route add "$services" dev services src "$address"
echo 1 > /proc/sys/net/ipv4/ip_forward

cd /
exec sleep infinity
