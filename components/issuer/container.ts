/**
 * What the issuer's container runs, with `issuerEnvironment` in its environment and the store, writable, at `STORE_FOLDER`. It
 * needs lego 5, as the official image has it, and a `/tmp` that can be written to.
 */
export const issuerContainerCommand: readonly string[] = ["/bin/sh", "-c", "exec sleep 2147483647"];
