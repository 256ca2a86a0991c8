import { BODY_LIMIT_FILE, BODY_LIMIT_FILTER } from "./body-limit";
import { COPY_STORE, FOLLOW_STORE, FOLLOW_STORE_FILE } from "./follow-store";
import { CONFIGURATION_FOLDER } from "./pod-settings";
import { STORE_COPY } from "./render";
import { STORE_COPY_FOLDER } from "./store";

/** The environment variable that carries what `renderFront` returned, readable in a preview. */
export const FRONT_CONFIGURATION_VARIABLE = "FRONT_CONFIGURATION";

/**
 * What the front's container runs, with `FRONT_CONFIGURATION` in its environment and the secrets at `/run/front`.
 * It needs HAProxy 3.0 with Lua, `/bin/sh`, and a user and group named `haproxy`: the official images have all of it.
 *
 * Ports 80 and 443: ACI maps no ports, lets nobody but root bind those below 1024 (caddyserver/caddy-docker#16), and
 * takes a user or capabilities for a container in its confidential SKU only. So the image has to start as root, as
 * `haproxytech/haproxy-debian:3.0` does; HAProxy opens its ports, reads the certificate, and then becomes `haproxy` for
 * good, before it takes the first connection. `haproxy:3.0`, which starts as `haproxy`, works as it is where the runtime
 * sets `net.ipv4.ip_unprivileged_port_start` (Docker, Kubernetes with that sysctl), and on ACI when built again with
 * `USER root`.
 *
 * HAProxy drops its connections on SIGTERM and finishes them on SIGUSR1. Not every runtime heeds an image's STOPSIGNAL,
 * so the shell stays and translates.
 */
export const frontContainerCommand: readonly string[] = [
    "/bin/sh",
    "-c",
    `set -eu
cd "$(mktemp -d)"
printf '%s\\n' "$${FRONT_CONFIGURATION_VARIABLE}" >haproxy.cfg
cat >${BODY_LIMIT_FILE} <<'END_OF_FILTER'
${BODY_LIMIT_FILTER}END_OF_FILTER
${stopping("haproxy -f haproxy.cfg")}`,
];

/** What the front's container runs in a pod, with what `frontFiles` returned in `CONFIGURATION_FOLDER`. It writes nothing. */
export const frontPodCommand: readonly string[] = [
    "/bin/sh",
    "-c",
    `set -eu
${stopping(`haproxy -f ${CONFIGURATION_FOLDER}/haproxy.cfg`)}`,
];

/** The same where the certificate comes from the store, which is mounted at `STORE_FOLDER`. */
export const storeFrontContainerCommand: readonly string[] = [
    "/bin/sh",
    "-c",
    `set -eu
cd "$(mktemp -d)"
# For the user that HAProxy becomes.
chmod 711 .
copy=\${PWD}/${STORE_COPY}
${COPY_STORE}printf '%s\\n' "$${FRONT_CONFIGURATION_VARIABLE}" >haproxy.cfg
cat >${BODY_LIMIT_FILE} <<'END_OF_FILTER'
${BODY_LIMIT_FILTER}END_OF_FILTER
cat >${FOLLOW_STORE_FILE} <<'END_OF_FOLLOWER'
${FOLLOW_STORE}END_OF_FOLLOWER
${stopping("haproxy -f haproxy.cfg")}`,
];

/** The same in a pod, which needs a writable `STORE_COPY_FOLDER` too. */
export const storeFrontPodCommand: readonly string[] = [
    "/bin/sh",
    "-c",
    `set -eu
copy=${STORE_COPY_FOLDER}
${COPY_STORE}${stopping(`haproxy -f ${CONFIGURATION_FOLDER}/haproxy.cfg`)}`,
];

/** Starts HAProxy and stays, to translate signals. */
function stopping(start: string): string {
    return `${start} &
haproxy=$!
trap 'kill -USR1 "$haproxy"' TERM INT USR1
status=0
wait "$haproxy" || status=$?
# A signal ends the wait before HAProxy has ended.
while kill -0 "$haproxy" 2>/dev/null; do
    status=0
    wait "$haproxy" || status=$?
done
exit "$status"
`;
}
