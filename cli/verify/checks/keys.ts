import { randomBytes } from "node:crypto";
import { type CheckResult, fault, ok, temporaryFault } from "../report";
import type { Response } from "../request";

const NAME = "keys";
const CHECK_SETTING = "Check keys.enabled in the stack's configuration, and deploy again.";

/**
 * With keys enabled, a request without a key or with a wrong one must get status 401.
 *
 * @param expected whether keys are enabled; undefined if unknown
 * @param send posts the sample request with or without a key
 */
export async function checkKeys(
    expected: boolean | undefined,
    send: (key?: string) => Promise<Response>,
): Promise<CheckResult> {
    const without = (await send()).status;
    if (without !== 401) {
        if (!expected) return ok(NAME, `no key required (status ${without} without a key)`);
        const seen = `A key is expected to be required, but a request without one got status ${without}.`;
        return without >= 500 ? temporaryFault(NAME, seen, CHECK_SETTING) : fault(NAME, seen, CHECK_SETTING);
    }
    const wrong = (await send(randomBytes(24).toString("hex"))).status;
    if (wrong !== 401) {
        return fault(NAME, `A random key was accepted (status ${wrong}).`, CHECK_SETTING);
    }
    if (expected === false) {
        return fault(NAME, "A key is required, but the stack has none.", CHECK_SETTING);
    }
    return ok(NAME, "required: status 401 without a key and with a wrong one");
}
