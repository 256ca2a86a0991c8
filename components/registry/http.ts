/** A registry that did not give the requested answer. The message contains no text from the registry. */
export class RegistryError extends Error {}

/** Enough for the tags of an image, and too little to fill the memory. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const MAX_REDIRECTS = 3;

interface RegistryRequest {
    method: "GET" | "HEAD";
    headers: Record<string, string>;
    signal: AbortSignal;
}

/**
 * Sends a request to a registry or its token server. Follows redirects, without credentials to another server. Only HTTPS is used,
 * except from a registry on this machine to this machine.
 * @throws RegistryError when there is no answer
 */
export async function send(url: URL, request: RegistryRequest): Promise<Response> {
    let { headers } = request;
    for (let target = url, redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
        const response = await fetchOnce(target, { ...request, headers });
        const location = response.headers.get("location");
        if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
        await response.body?.cancel();
        const next = allowedUrl(location, target);
        if (!next) throw new RegistryError("redirects to an address that is not HTTPS");
        if (next.origin !== target.origin) headers = without(headers, "authorization");
        target = next;
    }
    throw new RegistryError(`redirects more than ${MAX_REDIRECTS} times`);
}

/** The URL that a server named, if requests may follow it. */
export function allowedUrl(text: string, base: URL): URL | undefined {
    if (!URL.canParse(text, base.href)) return undefined;
    const url = new URL(text, base.href);
    if (url.username !== "" || url.password !== "") return undefined;
    const local = url.protocol === "http:" && isLoopback(url.hostname) && isLoopback(base.hostname);
    return url.protocol === "https:" || local ? url : undefined;
}

export function isLoopback(hostname: string): boolean {
    return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** @throws RegistryError when the body is too large or is not JSON */
export async function readJson(response: Response): Promise<unknown> {
    const parts: Uint8Array[] = [];
    let length = 0;
    try {
        for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
            length += part.length;
            if (length > MAX_BODY_BYTES) break;
            parts.push(part);
        }
    } catch (error) {
        throw new RegistryError(networkProblem(error));
    }
    if (length > MAX_BODY_BYTES) throw new RegistryError("returned more than 8 MiB");
    try {
        return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
    } catch {
        throw new RegistryError("returned invalid JSON");
    }
}

async function fetchOnce(url: URL, request: RegistryRequest): Promise<Response> {
    try {
        return await fetch(url, { ...request, redirect: "manual" });
    } catch (error) {
        throw new RegistryError(networkProblem(error));
    }
}

function networkProblem(error: unknown): string {
    const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
    if (name === "TimeoutError" || name === "AbortError") return "did not answer in time";
    const code = cause?.code;
    return typeof code === "string" && /^\w+$/.test(code)
        ? `cannot be reached (${code})`
        : "cannot be reached";
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
}
