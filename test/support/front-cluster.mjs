// DNS, models and clients for the fronts of test/support/front-cluster-stage.ts, in their network. It gets its commands over Node's
// IPC channel: the reply to { id, ask, values } is { id, answer } or { id, error }.
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import packet from "dns-packet";

const names = new Map();
const models = new Map();
const loads = new Map();
let endpoints = [];
let next = 0;

createSocket("udp4")
    .on("message", function (message, from) {
        const query = packet.decode(message);
        const [question] = query.questions;
        const known = names.get(question.name.toLowerCase());
        const answers = (question.type === "A" && known ? shuffled(known) : []).map(data => ({
            type: "A",
            name: question.name,
            ttl: 1,
            data,
        }));
        const flags = packet.AUTHORITATIVE_ANSWER | (known ? 0 : 3);
        const answer = { type: "response", id: query.id, flags, questions: query.questions, answers };
        this.send(packet.encode(answer), from.port, from.address);
    })
    .bind(53, process.argv[2]);

function shuffled(list) {
    return [...list].sort(() => Math.random() - 0.5);
}

const asked = {
    dns({ name, addresses }) {
        if (addresses) names.set(name, addresses);
        else names.delete(name);
    },

    /** Starts a model with this delay per request. It records the concurrent requests on each address. */
    async model({ name, addresses, port, delayMs }) {
        const model = { delayMs, now: 0, most: 0, seen: 0, mostAt: {}, last: undefined, aborted: 0 };
        models.set(name, model);
        for (const address of addresses) {
            let now = 0;
            model.mostAt[address] = 0;
            const server = http.createServer(async (request, response) => {
                if (request.url === "/health") return response.end("well");
                let bytes = 0;
                request.on("data", chunk => (bytes += chunk.length));
                request.on("error", () => undefined);
                response.on("close", () => (model.aborted += response.writableFinished ? 0 : 1));
                model.seen++;
                model.most = Math.max(model.most, ++model.now);
                model.mostAt[address] = Math.max(model.mostAt[address], ++now);
                await new Promise(resolve => request.on("close", resolve));
                await delay(model.delayMs);
                model.now--;
                now--;
                model.last = { url: request.url, bytes, headers: request.headers, address };
                response.setHeader("server", "model/1.0");
                response.end(JSON.stringify({ model: name, ...model.last }));
            });
            await new Promise((resolve, reject) => server.on("error", reject).listen(port, address, resolve));
        }
    },
    modelDelay({ name, delayMs }) {
        models.get(name).delayMs = delayMs;
    },
    modelSeen({ name }) {
        const { now, most, seen, mostAt, last, aborted } = models.get(name);
        return { now, most, seen, mostAt, last, aborted };
    },
    modelForget({ name }) {
        const model = models.get(name);
        Object.assign(model, { most: model.now, seen: 0, aborted: 0 });
        for (const address of Object.keys(model.mostAt)) model.mostAt[address] = 0;
    },

    /** Sets the addresses of the load balancer: new connections go to them in turn. */
    endpoints({ addresses }) {
        endpoints = addresses;
    },

    /** Sends requests at the same time, to the endpoints in turn, each over a new connection. */
    burst({ count, ...target }) {
        return Promise.all(Array.from({ length: count }, () => request({ ...target, agent: false })));
    },

    /** Starts clients that send one request after the other over reused connections, until stopLoad. */
    load({ id, clients, pauseMs, http2: over2, ...target }) {
        const load = { stopped: false, answers: {}, connections: 0, slowestMs: 0 };
        load.done = Promise.all(
            Array.from({ length: clients }, () => (over2 ? client2 : client1)(load, { pauseMs, ...target })),
        );
        loads.set(id, load);
    },
    async stopLoad({ id }) {
        const load = loads.get(id);
        load.stopped = true;
        await load.done;
        const { answers, connections, slowestMs } = load;
        return { answers, connections, slowestMs };
    },
};

function count(load, outcome, began) {
    load.answers[outcome] = (load.answers[outcome] ?? 0) + 1;
    load.slowestMs = Math.max(load.slowestMs, Date.now() - began);
}

async function client1(load, { pauseMs, ...target }) {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, lookup: endpoint });
    while (!load.stopped) {
        const began = Date.now();
        const { status, error, reused } = await request({ ...target, agent });
        if (!reused) load.connections++;
        count(load, status ?? error, began);
        await delay(pauseMs);
    }
    agent.destroy();
}

async function client2(load, { pauseMs, port, host, path, headers, authority }) {
    let session;
    const connect = () => {
        load.connections++;
        const opened = http2.connect(`https://${host}:${port}`, {
            ca: readFileSync(authority),
            lookup: endpoint,
        });
        opened.on("goaway", () => session === opened && (session = undefined));
        opened.on("close", () => session === opened && (session = undefined));
        opened.on("error", () => undefined);
        return opened;
    };
    while (!load.stopped) {
        const began = Date.now();
        session ??= connect();
        const outcome = await new Promise(resolve => {
            const stream = session.request({ ":path": path, ":method": "POST", ...headers });
            let status;
            stream.on("response", received => (status = received[":status"]));
            stream.on("error", error => resolve(error.code ?? error.message));
            stream.on("close", () => resolve(status ?? "closed"));
            stream.resume();
            stream.end("{}");
        });
        count(load, outcome, began);
        await delay(pauseMs);
    }
    session?.close();
}

function endpoint(_name, options, callback) {
    const address = endpoints[next++ % endpoints.length];
    if (options.all) callback(null, [{ address, family: 4 }]);
    else callback(null, address, 4);
}

/** Never rejects: errors are part of the result. */
function request({
    port,
    host,
    path,
    headers = {},
    body = "{}",
    bodyBytes,
    authority,
    agent,
    abortMs,
    plain,
    to,
}) {
    return new Promise(resolve => {
        const began = Date.now();
        const payload = bodyBytes === undefined ? body : Buffer.alloc(bodyBytes, "x");
        const lookup = to
            ? (_n, o, c) => (o.all ? c(null, [{ address: to, family: 4 }]) : c(null, to, 4))
            : endpoint;
        const sent = (plain ? http : https).request(
            {
                host,
                port,
                path,
                method: "POST",
                headers,
                agent,
                lookup,
                ...(plain ? {} : { ca: readFileSync(authority) }),
            },
            response => {
                let text = "";
                response.setEncoding("utf8");
                response.on("data", part => (text += part));
                response.on("error", error => resolve({ error: error.code ?? error.message }));
                response.on("end", () =>
                    resolve({
                        status: response.statusCode,
                        headers: response.headers,
                        body: text,
                        reused: sent.reusedSocket,
                        tookMs: Date.now() - began,
                    }),
                );
            },
        );
        sent.on("error", error =>
            resolve({ error: error.code ?? error.message, tookMs: Date.now() - began }),
        );
        if (abortMs !== undefined) setTimeout(() => sent.destroy(), abortMs);
        if (headers["transfer-encoding"]) sent.write(payload);
        sent.end(headers["transfer-encoding"] ? undefined : payload);
    });
}

process.on("message", async ({ id, ask, values }) => {
    try {
        process.send({ id, answer: (await asked[ask](values)) ?? null });
    } catch (error) {
        process.send({ id, error: error.message });
    }
});
process.on("disconnect", () => process.exit());
process.send({ id: 0, answer: "open" });
