import { describe, expect, it } from "vitest";
import {
    type Listener,
    type LoadBalancer,
    renderLoadBalancer,
} from "../../../control/load-balancer/configuration";

const iris: Listener = {
    owner: "/iris",
    address: "127.0.85.1",
    port: 443,
    servers: [{ address: "10.244.0.7", port: 443 }],
};
const front: Listener = {
    owner: "Service default/front",
    address: "127.0.86.1",
    port: 443,
    servers: [
        { address: "10.244.0.8", port: 8443 },
        { address: "10.244.0.9", port: 8443 },
    ],
};

function balancer(...listeners: Listener[]): LoadBalancer {
    return {
        hostNamespace: "inference-sandbox-6-host",
        control: "/run/sandbox/haproxy.sock",
        listeners,
    };
}

const render = (...listeners: Listener[]) => renderLoadBalancer(balancer(...listeners));

describe("the load balancer's configuration", () => {
    it("has each listener with slots for pods", () => {
        expect(render(iris, { ...front, sources: ["127.0.0.0/8", "10.1.2.3/32"] }).text)
            .toMatchInlineSnapshot(`
              "# Written by the sandbox at every change of a container group, a Service or its pods.
              global
                  stats socket /run/sandbox/haproxy.sock mode 600 level admin expose-fd listeners
                  description b1e26277ecf733a2
                  hard-stop-after 5m

              defaults
                  mode tcp
                  retries 0
                  timeout connect 5s
                  timeout client 4m
                  timeout server 4m

              # /iris
              listen 127.0.85.1:443
                  bind 127.0.85.1:443 namespace inference-sandbox-6-host
                  acl served srv_is_up(slot0)
                  acl served srv_is_up(slot1)
                  acl served srv_is_up(slot2)
                  acl served srv_is_up(slot3)
                  acl served srv_is_up(slot4)
                  acl served srv_is_up(slot5)
                  acl served srv_is_up(slot6)
                  acl served srv_is_up(slot7)
                  tcp-request connection reject unless served
                  balance roundrobin
                  server slot0 10.244.0.7:443
                  server slot1 127.0.0.1:1 disabled
                  server slot2 127.0.0.1:1 disabled
                  server slot3 127.0.0.1:1 disabled
                  server slot4 127.0.0.1:1 disabled
                  server slot5 127.0.0.1:1 disabled
                  server slot6 127.0.0.1:1 disabled
                  server slot7 127.0.0.1:1 disabled

              # Service default/front
              listen 127.0.86.1:443
                  bind 127.0.86.1:443 namespace inference-sandbox-6-host
                  acl allowed src 127.0.0.0/8 10.1.2.3/32
                  tcp-request connection reject unless allowed
                  acl served srv_is_up(slot0)
                  acl served srv_is_up(slot1)
                  acl served srv_is_up(slot2)
                  acl served srv_is_up(slot3)
                  acl served srv_is_up(slot4)
                  acl served srv_is_up(slot5)
                  acl served srv_is_up(slot6)
                  acl served srv_is_up(slot7)
                  tcp-request connection reject unless served
                  balance roundrobin
                  server slot0 10.244.0.8:8443
                  server slot1 10.244.0.9:8443
                  server slot2 127.0.0.1:1 disabled
                  server slot3 127.0.0.1:1 disabled
                  server slot4 127.0.0.1:1 disabled
                  server slot5 127.0.0.1:1 disabled
                  server slot6 127.0.0.1:1 disabled
                  server slot7 127.0.0.1:1 disabled
              "
            `);
    });

    it("refuses connections without a server, and all connections if the list of sources is empty", () => {
        const { text } = render({ ...iris, servers: [], sources: [] });
        expect(text).toContain("    tcp-request connection reject\n");
        expect(text).toContain("    tcp-request connection reject unless served\n");
        expect(text.match(/ slot\d .* disabled$/gm)).toHaveLength(8);
    });

    it("has at most 64 words in a line, the limit of HAProxy", () => {
        const sources = Array.from({ length: 100 }, (_, index) => `10.0.${index}.0/24`);
        const { text } = render({ ...iris, sources });
        const lines = text.split("\n").filter(line => line.includes("acl allowed"));
        expect(lines.every(line => line.trim().split(" ").length <= 64)).toBe(true);
        expect(lines.flatMap(line => line.trim().split(" ").slice(3))).toEqual(sources);
    });

    it("changes servers with idempotent commands", () => {
        const { commands } = render(front);
        expect(commands.slice(0, 5)).toEqual([
            "set server 127.0.86.1:443/slot0 addr 10.244.0.8 port 8443",
            "set server 127.0.86.1:443/slot0 state ready",
            "set server 127.0.86.1:443/slot1 addr 10.244.0.9 port 8443",
            "set server 127.0.86.1:443/slot1 state ready",
            "set server 127.0.86.1:443/slot2 state maint",
        ]);
        expect(commands).toHaveLength(2 * 2 + 6);
    });

    it.each([
        ["one server less", { ...front, servers: front.servers.slice(1) }, true],
        ["no server", { ...front, servers: [] }, true],
        ["as many servers as slots", withServers(8), true],
        ["more servers than slots", withServers(9), false],
        ["another port", { ...front, port: 444 }, false],
        ["other sources", { ...front, sources: ["10.0.0.0/8"] }, false],
    ])("shows by its frame whether a reload is needed: %s", (_, changed, same) => {
        expect(render(iris, changed).frame === render(iris, front).frame).toBe(same);
    });

    it("needs a reload for another listener", () => {
        expect(render(iris).frame).not.toBe(render(iris, front).frame);
    });
});

function withServers(count: number): Listener {
    const servers = Array.from({ length: count }, (_, index) => ({ address: `10.244.1.${index}`, port: 80 }));
    return { ...front, servers };
}
