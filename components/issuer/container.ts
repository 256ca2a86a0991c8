import { commandWithFiles, readScripts } from "../shared/container-script";
import { HEARTBEAT_FILE } from "./environment";

const SCRIPTS = readScripts(
    __dirname,
    "issuer.sh",
    "lease.sh",
    "names.sh",
    "order.sh",
    "pace.sh",
    "store.sh",
);

/**
 * Command of the issuer's container, with `issuerEnvironment` in its environment and the certificate store, writable, at
 * `STORE_FOLDER`. Needs a writable temporary folder, lego 5, and a POSIX shell with tar: the official image has both (`/lego` and
 * busybox).
 */
export const issuerContainerCommand: readonly string[] = commandWithFiles("issuer", SCRIPTS, [
    "/bin/sh",
    "issuer.sh",
]);

/** A command that succeeds while the issuer works. Five minutes: a network share may hang for a while. */
export const issuerHeartbeatCommand: readonly string[] = [
    "/bin/sh",
    "-c",
    `[ -n "$(find ${HEARTBEAT_FILE} -mmin -5)" ]`,
];
