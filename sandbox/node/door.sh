#!/bin/sh
# Gives the node and its pods a way to what is Azure's, outside of the cluster, and the load balancer one to the host's
# addresses. Run inside of the node's namespaces, by a process outside; a second time it changes nothing.
#
# usage: door.sh NODE_ADDRESS DOOR_PORT NAMES_PORT METADATA_ADDRESS RESOLVER HOST_NETWORK HOST_NAME
#   DOOR_PORT         where HAProxy waits for connections to HOST_NETWORK, at NODE_ADDRESS
#   NAMES_PORT        where CoreDNS answers for Azure's names, at NODE_ADDRESS
#   METADATA_ADDRESS  where HAProxy waits for requests to the instance metadata service
#   RESOLVER          Azure's own DNS server
#   HOST_NETWORK      stands for loopback addresses of the host
#   HOST_NAME         the host's network is found under this name in the mount namespace's /run/netns
set -eu
node=$1 door=$2 names=$3 metadata=$4 resolver=$5 host=$6 outside=/run/netns/$7

if ! grep -q " $outside " /proc/self/mounts; then
    : > "$outside"
    mount --bind "/proc/$PPID/ns/net" "$outside"
fi

ip address replace "$metadata/32" dev lo
# What the packet filter turns into other addresses needs a route all the same; see namespace.sh.
ip route replace "$resolver/32" dev services src "$node"
ip route replace "$host" dev services src "$node"

filter() {
    iptables --wait --table nat "$@"
}
filter --new-chain SANDBOX 2> /dev/null || filter --flush SANDBOX
for network in "$resolver/32" "$host"; do
    for protocol in udp tcp; do
        filter --append SANDBOX --destination "$network" --protocol "$protocol" --dport 53 \
            --jump DNAT --to-destination "$node:$names"
    done
done
# The original address is what HAProxy goes by.
filter --append SANDBOX --destination "$host" --protocol tcp --jump DNAT --to-destination "$node:$door"
for chain in PREROUTING OUTPUT; do
    filter --check "$chain" --jump SANDBOX 2> /dev/null || filter --append "$chain" --jump SANDBOX
done
