import { type Finished, ok, warning } from "../report";
import type { Response } from "../request";

/** Browsers and many clients then refuse plain HTTP by themselves (RFC 6797). */
export function checkHsts({ headers }: Response): Finished {
    const value = headers["strict-transport-security"] ?? "";
    const maxAge = Number(/max-age="?(\d+)/i.exec(value)?.[1] ?? 0);
    if (maxAge > 0) return ok("hsts", value);
    return warning(
        "hsts",
        value ? `Strict-Transport-Security is ${value}.` : "There is no Strict-Transport-Security header.",
        "Send it with a max-age of a year, so that clients never fall back to plain HTTP.",
    );
}

/** Names and versions of servers tell an attacker what to try. */
export function checkBanner({ headers }: Response): Finished {
    const banners = ["server", "x-powered-by", "via"].flatMap(name => {
        const value = headers[name];
        return value === undefined ? [] : [`${name}: ${String(value)}`];
    });
    if (banners.length === 0) return ok("banner", "no server banner");
    const seen = banners.join("; ");
    if (!/\d/.test(seen)) return ok("banner", seen);
    return warning("banner", `${seen}.`, "Remove these headers at the front.");
}
