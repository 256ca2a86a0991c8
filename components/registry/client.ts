import { allowedUrl, isLoopback, readJson, RegistryError, send } from "./http";
import type { TaggedImage } from "./reference";

/** Images for one or for several processor architectures (OCI image specification 1.1; Docker image manifest 2.2). */
const MANIFEST_TYPES = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^\w[\w.-]{0,127}$/;
/** Visible ASCII characters: others are not allowed in a header, and the error of `fetch` would repeat them. */
const TOKEN = /^[!-~]+$/;
const MAX_PAGES = 20;
const TAGS_PER_PAGE = 1000;

/**
 * Reads public information of one image from its registry, without credentials of the user (OCI distribution specification 1.1;
 * tokens: Docker registry token authentication). All requests together have one time limit.
 */
export class RegistryClient {
    private readonly origin: URL;
    private readonly signal: AbortSignal;
    private token: string | undefined;

    /** @param timeoutMs time limit of all requests in milliseconds */
    constructor(
        private readonly image: TaggedImage,
        timeoutMs: number,
    ) {
        const host = image.registry === "docker.io" ? "registry-1.docker.io" : image.registry;
        const { hostname } = new URL(`https://${host}`);
        this.origin = new URL(`${isLoopback(hostname) ? "http" : "https"}://${host}`);
        this.signal = AbortSignal.timeout(timeoutMs);
    }

    /**
     * The digest that a tag has now.
     * @throws RegistryError
     */
    async digest(tag: string): Promise<string> {
        const response = await this.request("HEAD", this.url(`manifests/${tag}`));
        const digest = response.headers.get("docker-content-digest");
        if (digest === null) throw new RegistryError("returned no digest");
        if (!DIGEST.test(digest)) throw new RegistryError("returned an invalid digest");
        return digest;
    }

    /**
     * All tags of the image.
     * @throws RegistryError
     */
    async tags(): Promise<string[]> {
        const tags: string[] = [];
        let next: URL | undefined = this.url(`tags/list?n=${TAGS_PER_PAGE}`);
        for (let page = 0; next && page < MAX_PAGES; page++) {
            const response = await this.request("GET", next);
            const body = (await readJson(response)) as { tags?: unknown } | null;
            const found: unknown = body?.tags ?? [];
            if (!Array.isArray(found)) throw new RegistryError("returned an invalid list of tags");
            const valid = (tag: unknown): tag is string => typeof tag === "string" && TAG.test(tag);
            tags.push(...(found as unknown[]).filter(valid));
            next = this.nextPage(response, next);
        }
        return tags;
    }

    private url(path: string): URL {
        return new URL(`/v2/${this.image.repository}/${path}`, this.origin);
    }

    /** The next page (RFC 8288). The token is sent there, so it must be on the same server. */
    private nextPage({ headers }: Response, current: URL): URL | undefined {
        const [, target] = /<([^>]*)>\s*;\s*rel="?next"?/i.exec(headers.get("link") ?? "") ?? [];
        const url = target === undefined ? undefined : allowedUrl(target, current);
        return url?.origin === this.origin.origin ? url : undefined;
    }

    private async request(method: "GET" | "HEAD", url: URL): Promise<Response> {
        let response = await this.attempt(method, url);
        if (response.status === 401 && this.token === undefined) {
            await response.body?.cancel();
            this.token = await this.requestToken(response.headers.get("www-authenticate") ?? "");
            response = await this.attempt(method, url);
        }
        if (response.status === 200) return response;
        await response.body?.cancel();
        throw new RegistryError(statusProblem(response.status));
    }

    private attempt(method: "GET" | "HEAD", url: URL): Promise<Response> {
        const headers: Record<string, string> = {
            accept: method === "HEAD" ? MANIFEST_TYPES : "application/json",
        };
        if (this.token !== undefined) headers.authorization = `Bearer ${this.token}`;
        return send(url, { method, headers, signal: this.signal });
    }

    private async requestToken(challenge: string): Promise<string> {
        if (!/^Bearer\s/i.test(challenge)) throw new RegistryError(statusProblem(401));
        const parameters = new Map(
            [...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, key = "", value = ""]) => [
                key.toLowerCase(),
                value,
            ]),
        );
        const url = allowedUrl(parameters.get("realm") ?? "", this.origin);
        if (!parameters.get("realm") || !url) {
            throw new RegistryError("names a token server that is not an HTTPS address");
        }
        const service = parameters.get("service");
        if (service !== undefined) url.searchParams.set("service", service);
        url.searchParams.set("scope", `repository:${this.image.repository}:pull`);
        const response = await send(url, {
            method: "GET",
            headers: { accept: "application/json" },
            signal: this.signal,
        });
        if (response.status !== 200) {
            await response.body?.cancel();
            throw new RegistryError(statusProblem(response.status));
        }
        const body = (await readJson(response)) as { token?: unknown; access_token?: unknown } | null;
        const token = body?.token ?? body?.access_token;
        if (typeof token !== "string" || !TOKEN.test(token))
            throw new RegistryError("returned an invalid token");
        return token;
    }
}

function statusProblem(status: number): string {
    switch (status) {
        case 401:
        case 403:
            return `requires a login (status ${status})`;
        case 404:
            return "does not have this image (status 404)";
        case 429:
            return "limits the number of requests (status 429)";
        default:
            return `returned status ${status}`;
    }
}
