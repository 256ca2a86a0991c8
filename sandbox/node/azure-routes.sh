#!/bin/sh
# Routes the traffic of the node and its pods to Azure addresses to the gateway and to CoreDNS, and gives the host's network
# namespace a name for the gateway and the load balancer. Runs in the node's network and mount namespaces; the parent process
# is in the host's network namespace. Repeated runs change nothing.
#
# usage: azure-routes.sh NODE_ADDRESS GATEWAY_PORT DNS_PORT METADATA_ADDRESS RESOLVER HOST_NETWORK HOST_NAME
#   GATEWAY_PORT      where the gateway accepts connections to HOST_NETWORK, at NODE_ADDRESS
#   DNS_PORT          where CoreDNS answers for names of Azure, at NODE_ADDRESS
#   METADATA_ADDRESS  address of the instance metadata service, where the gateway listens
#   RESOLVER          address of Azure's DNS resolver
#   HOST_NETWORK      the network by which pods address the host's loopback addresses
#   HOST_NAME         name of the host's network namespace in /run/netns of the node's mount namespace
set -eu
node=$1 gateway=$2 dns=$3 metadata=$4 resolver=$5 host=$6 host_namespace=/run/netns/$7

if ! grep -q " $host_namespace " /proc/self/mounts; then
    : > "$host_namespace"
    mount --bind "/proc/$PPID/ns/net" "$host_namespace"
fi

ip address replace "$metadata/32" dev lo
# The kernel looks up a route before iptables rewrites the destination, so a route must exist; see namespace.sh.
ip route replace "$resolver/32" dev services src "$node"
ip route replace "$host" dev services src "$node"

nat() {
    iptables --wait --table nat "$@"
}
nat --new-chain SANDBOX 2> /dev/null || nat --flush SANDBOX
for network in "$resolver/32" "$host"; do
    for protocol in udp tcp; do
        nat --append SANDBOX --destination "$network" --protocol "$protocol" --dport 53 \
            --jump DNAT --to-destination "$node:$dns"
    done
done
# The gateway reads the original destination address of the connection and connects to the host address that it stands for.
nat --append SANDBOX --destination "$host" --protocol tcp --jump DNAT --to-destination "$node:$gateway"
for chain in PREROUTING OUTPUT; do
    nat --check "$chain" --jump SANDBOX 2> /dev/null || nat --append "$chain" --jump SANDBOX
done
