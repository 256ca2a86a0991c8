import { commandWithFiles, readScripts, type ScriptFiles } from "../shared/container-script";
import { FOLLOW_CERTIFICATE_FILE, FOLLOW_STORE_FILE, SERVE_CERTIFICATE_FILE } from "./followers";
import { CONFIGURATION_FOLDER } from "./pod-settings";
import { RUNTIME_COMMANDS_FILE } from "./runtime-commands";
import { STORE_COPY_FOLDER, STORE_FOLDER } from "./store";
import { RESPONSE_FILE } from "./responses";
import { REQUEST_TIMEOUT_FILE } from "./timeouts";
import { UPLOAD_FILE } from "./uploads";

export const CONFIGURATION_FILE = "haproxy.cfg";

/** The environment variable that contains the result of `renderFront`, readable in a preview. start-front.sh reads it. */
export const FRONT_CONFIGURATION_VARIABLE = "FRONT_CONFIGURATION";

/** Where the front of a container group copies the certificate store to, relative to the folder that HAProxy starts in. */
export const STORE_COPY = "store";

const START = "start-front.sh";

/** Which certificate the front serves: a fixed one, a file that may change, or the one in the certificate store. */
export type CertificateSource = "fixed" | "followed" | "stored";

/** The scripts that a front needs. HAProxy finds the Lua files in the configuration. */
export function frontScripts(source: CertificateSource): ScriptFiles {
    return readScripts(
        __dirname,
        START,
        UPLOAD_FILE,
        RESPONSE_FILE,
        REQUEST_TIMEOUT_FILE,
        ...(source === "followed"
            ? [RUNTIME_COMMANDS_FILE, SERVE_CERTIFICATE_FILE, FOLLOW_CERTIFICATE_FILE]
            : []),
        ...(source === "stored"
            ? ["copy-store.sh", RUNTIME_COMMANDS_FILE, SERVE_CERTIFICATE_FILE, FOLLOW_STORE_FILE]
            : []),
    );
}

/**
 * Command of the front in a container group, with `FRONT_CONFIGURATION` in its environment and the secrets at `/run/front`.
 * Needs HAProxy 3.0 with Lua, `/bin/sh`, and a user and group named `haproxy`, as in the official images.
 *
 * The image has to start as root to bind ports 80 and 443, as `haproxytech/haproxy-debian:3.0` does: ACI maps no ports, reserves
 * ports below 1024 for root (caddyserver/caddy-docker#16), and accepts a user or capabilities for a container in its
 * confidential SKU only. HAProxy binds the ports, reads the certificate, and becomes the user `haproxy` before it accepts
 * the first connection. `haproxy:3.0`, which starts as `haproxy`, runs unchanged where the runtime sets
 * `net.ipv4.ip_unprivileged_port_start` (Docker, Kubernetes with that sysctl). For ACI it must be rebuilt with `USER root`.
 */
export const frontContainerCommand: readonly string[] = containerCommand("fixed");

/** The same where the certificate comes from the store, which is mounted at `STORE_FOLDER`. */
export const storeFrontContainerCommand: readonly string[] = containerCommand(
    "stored",
    STORE_FOLDER,
    STORE_COPY,
);

/** Command of the front in a pod, with the result of `frontFiles` in `CONFIGURATION_FOLDER`. It writes to `TEMPORARY_FOLDER` only. */
export const frontPodCommand: readonly string[] = podCommand();

/** The same where the certificate comes from the store. Needs a writable `STORE_COPY_FOLDER` too. */
export const storeFrontPodCommand: readonly string[] = podCommand(STORE_FOLDER, STORE_COPY_FOLDER);

function containerCommand(source: CertificateSource, ...store: readonly string[]): string[] {
    return commandWithFiles("front", frontScripts(source), ["/bin/sh", START, CONFIGURATION_FILE, ...store]);
}

function podCommand(...store: readonly string[]): string[] {
    const inFolder = (file: string) => `${CONFIGURATION_FOLDER}/${file}`;
    return ["/bin/sh", inFolder(START), inFolder(CONFIGURATION_FILE), ...store];
}
