import { type CheckResult, ok, warning } from "../report";
import type { Response } from "../request";

/** With HSTS, browsers and many clients refuse plain HTTP (RFC 6797). */
export function checkHsts({ headers }: Response): CheckResult {
    const value = headers["strict-transport-security"] ?? "";
    const maxAge = Number(/max-age="?(\d+)/i.exec(value)?.[1] ?? 0);
    if (maxAge > 0) return ok("hsts", value);
    return warning(
        "hsts",
        value ? `Strict-Transport-Security is ${value}.` : "There is no Strict-Transport-Security header.",
        "Send the header with a max-age of one year, so that clients never use plain HTTP.",
    );
}

/** Server names and versions help an attacker to choose an attack. */
export function checkBanner({ headers }: Response): CheckResult {
    const banners = ["server", "x-powered-by", "via"].flatMap(name => {
        const value = headers[name];
        return value === undefined ? [] : [`${name}: ${String(value)}`];
    });
    if (banners.length === 0) return ok("banner", "no server banner");
    const seen = banners.join("; ");
    if (!/\d/.test(seen)) return ok("banner", seen);
    return warning("banner", `${seen}.`, "Remove these headers at the front.");
}
