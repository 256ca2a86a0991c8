/** The `defaults` section of the sandbox's HAProxy processes, which forward TCP connections unchanged. */
export const TCP_DEFAULTS: readonly string[] = [
    "defaults",
    "    mode tcp",
    // Without retries, a client sees at once that a back end does not listen: its connection is reset.
    "    retries 0",
    "    timeout connect 5s",
    // Azure's load balancer closes idle connections after 4 minutes.
    "    timeout client 4m",
    "    timeout server 4m",
];
