import type { ImageRecipe } from "./recipe";

/**
 * HAProxy 3.0 with what the official images give beside it: certificates of public authorities, a user `haproxy`, a stop
 * signal that lets requests finish. It starts as root, as it has to on ACI (components/front/container.ts).
 */
export const FRONT_IMAGE: ImageRecipe = {
    name: "localhost/front:3.0",
    packages: ["haproxy", "ca-certificates"],
    configuration: {
        Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        Cmd: ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
        StopSignal: "SIGUSR1",
        WorkingDir: "/var/lib/haproxy",
    },
};
