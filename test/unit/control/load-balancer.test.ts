import { describe, expect, it } from "vitest";
import { renderLoadBalancer } from "../../../sandbox/control/load-balancer/configuration";

const door = { address: "127.0.84.6", port: 6443, server: { address: "10.200.0.1", port: 6443 } };

describe("the load balancer's configuration", () => {
    it("has the door, and each port of each public group", () => {
        const text = renderLoadBalancer({
            namespace: "inference-sandbox-6",
            door,
            groups: [
                { id: "/iris", address: "127.0.85.1", ports: [80, 443], podAddress: "10.244.0.7" },
                { id: "/not-ready", address: "127.0.85.2", ports: [443], podAddress: undefined },
            ],
        });
        expect(text).toMatchInlineSnapshot(`
          "# Written by the sandbox at every change of a container group.
          global
              hard-stop-after 5m

          defaults
              mode tcp
              retries 0
              timeout connect 5s
              timeout client 4m
              timeout server 4m

          listen kubernetes
              bind 127.0.84.6:6443
              timeout client 1h
              timeout server 1h
              server api-server 10.200.0.1:6443 namespace inference-sandbox-6

          # /iris
          listen 127.0.85.1:80
              bind 127.0.85.1:80
              server pod 10.244.0.7:80 namespace inference-sandbox-6

          # /iris
          listen 127.0.85.1:443
              bind 127.0.85.1:443
              server pod 10.244.0.7:443 namespace inference-sandbox-6

          # /not-ready
          listen 127.0.85.2:443
              bind 127.0.85.2:443
              tcp-request connection reject
          "
        `);
    });
});
