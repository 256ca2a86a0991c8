// A model server for test/servers/front.test.ts: answers with the received request, holds requests with an `x-hold` header until they are released, answers with the status of `x-status`, sends a byte every `x-drip` milliseconds, and `x-lines` numbered lines, in chunks with a trailer where there is an `x-chunked` header.
import { once } from "node:events";
import http from "node:http";

const held = new Map();

const server = http.createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://model");
    if (pathname === "/release") {
        held.get(searchParams.get("name"))?.();
        response.end();
        return;
    }
    if (pathname === "/held") {
        response.end(JSON.stringify([...held.keys()]));
        return;
    }
    let bytes = 0;
    request.on("data", chunk => (bytes += chunk.length));
    // Some tests make the front abort a request.
    request.on("error", () => undefined);
    await once(request, "end").catch(() => undefined);
    const name = request.headers["x-hold"];
    if (name) {
        await new Promise(release => held.set(name, release));
        held.delete(name);
    }
    const dripMs = Number(request.headers["x-drip"]);
    if (dripMs) {
        const timer = setInterval(() => response.write("."), dripMs);
        response.on("close", () => clearInterval(timer));
        return;
    }
    response.statusCode = Number(request.headers["x-status"] ?? 200);
    const lines = Number(request.headers["x-lines"]);
    if (lines) {
        if (request.headers["x-chunked"]) {
            response.setHeader("trailer", "x-lines");
            response.write("");
            response.addTrailers({ "x-lines": lines });
        }
        response.end(numbered(lines));
        return;
    }
    response.setHeader("server", "model/1.0");
    response.setHeader("x-ms-server-version", "model/1.0");
    response.end(JSON.stringify({ url: request.url, bytes, headers: request.headers }));
});

function numbered(count) {
    return Array.from({ length: count }, (_, index) => `${index}\n`).join("");
}

server.listen(5001, "127.0.0.1");
