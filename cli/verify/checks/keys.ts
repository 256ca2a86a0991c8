import { randomBytes } from "node:crypto";
import { type Finished, fault, ok, passingFault } from "../report";
import type { Response } from "../request";

const NAME = "keys";
const CHECK_SETTING = "Check keys.enabled of the stack, and deploy again.";

/**
 * Without a key, and with a wrong one, the answer must be 401 when keys are on.
 *
 * @param expected whether keys are on; undefined: nobody said
 * @param send posts the sample with a key, or without one
 */
export async function checkKeys(
    expected: boolean | undefined,
    send: (key?: string) => Promise<Response>,
): Promise<Finished> {
    const without = (await send()).status;
    if (without !== 401) {
        if (!expected) return ok(NAME, `no key is demanded (status ${without} without one)`);
        const seen = `A key should be demanded, but a request without one got status ${without}.`;
        return without >= 500 ? passingFault(NAME, seen, CHECK_SETTING) : fault(NAME, seen, CHECK_SETTING);
    }
    const wrong = (await send(randomBytes(24).toString("hex"))).status;
    if (wrong !== 401) {
        return fault(NAME, `A made-up key was let through (status ${wrong}).`, CHECK_SETTING);
    }
    if (expected === false) {
        return fault(NAME, "A key is demanded, although the stack has none.", CHECK_SETTING);
    }
    return ok(NAME, "demanded: 401 without a key and with a wrong one");
}
