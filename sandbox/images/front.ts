import type { ImageRecipe } from "./recipe";

/**
 * HAProxy 3.0 with the properties of the official image that the components use: certificates of public authorities, a
 * user `haproxy`, and a stop signal that lets requests finish. Like a container of an Azure container group, it starts as
 * root.
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
