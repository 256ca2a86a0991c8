/** A registry on loopback that speaks the OCI distribution protocol with tokens, as Docker Hub does. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const REPOSITORY = "haproxytech/haproxy-debian";
export const TOKEN = "token-that-nobody-may-print";

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface TestRegistry {
    port: number;
    /** Host and port. */
    host: string;
    /** Digests by tag. */
    digests: Map<string, string>;
    /** Method, path and query of each request. */
    requests: string[];
    /** Handles a request instead of the registry when it returns true. */
    override: Answer | undefined;
    close: () => Promise<void>;
}

/** A digest that consists of one hexadecimal digit. */
export const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** @param realm address of the token server in the challenge; by default the registry's own */
export async function startRegistry(realm?: string): Promise<TestRegistry> {
    const server = createServer((request, response) => {
        registry.requests.push(`${request.method} ${request.url}`);
        if (registry.override?.(request, response)) return;
        const url = new URL(request.url ?? "/", "http://registry");
        if (url.pathname === "/token") return sendJson(response, { token: TOKEN });
        if (request.headers.authorization !== `Bearer ${TOKEN}`) {
            const scope = `repository:${REPOSITORY}:pull`;
            const challenge = `Bearer realm="${realm ?? `http://${registry.host}/token`}",service="registry.test",scope="${scope}"`;
            response.writeHead(401, { "www-authenticate": challenge }).end();
            return;
        }
        if (url.pathname === `/v2/${REPOSITORY}/tags/list`) return sendTags(url, response);
        const [, tag = ""] = new RegExp(`^/v2/${REPOSITORY}/manifests/(.+)$`).exec(url.pathname) ?? [];
        const digest = registry.digests.get(tag);
        const index = request.headers.accept?.includes("application/vnd.oci.image.index.v1+json");
        if (digest === undefined || !index) response.writeHead(404).end();
        else response.writeHead(200, { "docker-content-digest": digest }).end();
    });

    /** Two tags a page. */
    function sendTags(url: URL, response: ServerResponse): void {
        const tags = [...registry.digests.keys()];
        const from = Number(url.searchParams.get("from"));
        if (from + 2 < tags.length) {
            response.setHeader("link", `</v2/${REPOSITORY}/tags/list?from=${from + 2}>; rel="next"`);
        }
        sendJson(response, { name: REPOSITORY, tags: tags.slice(from, from + 2) });
    }

    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const registry: TestRegistry = {
        port,
        host: `127.0.0.1:${port}`,
        digests: new Map(),
        requests: [],
        override: undefined,
        close: () =>
            new Promise(resolve => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
    return registry;
}

function sendJson(response: ServerResponse, body: object): void {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}
