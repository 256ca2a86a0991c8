import { holds, onEachFront } from "./suite";
import type { Attack } from "./measure";

const OVER = {
    "HTTP/1.1": [],
    "HTTP/1.1, chunked": ["-variant", "chunked"],
    "HTTP/2": ["-http2"],
    "HTTP/2, no length": ["-http2", "-variant", "chunked"],
};

/** A body that is never whole: its first bytes at once, then one per second. */
function slowBody(first: number, size: number, over: keyof typeof OVER): Attack {
    return {
        title: `slow bodies: ${first} of ${size} bytes (${over})`,
        command: [
            ...["slow-body", "-conns", "20", "-gap", "1", "-first", String(first), "-size", String(size)],
            ...OVER[over],
        ],
    };
}

const large = (Object.keys(OVER) as (keyof typeof OVER)[]).map(over => slowBody(20_000, 1_000_000, over));
const slowBodies = [
    slowBody(50, 100, "HTTP/1.1"),
    slowBody(50, 100, "HTTP/2, no length"),
    slowBody(20_000, 21_000, "HTTP/1.1"),
    slowBody(20_000, 21_000, "HTTP/2"),
    ...large,
    slowBody(200_000, 1_000_000, "HTTP/1.1"),
    slowBody(200_000, 1_000_000, "HTTP/2"),
];

const slowReading: Attack[] = [1_000, 1_000_000].flatMap(bytes =>
    [
        { over: "HTTP/1.1", more: [] },
        { over: "HTTP/2, window of zero", more: ["-http2", "-streams", "20"] },
        { over: "HTTP/2, a byte per second", more: ["-http2", "-streams", "20", "-variant", "drip"] },
    ].map(({ over, more }) => ({
        title: `slow reading: answers of ${bytes} bytes (${over})`,
        command: ["slow-read", "-conns", "10", "-size", String(bytes), ...more],
    })),
);

const slowHeaders: Attack[] = [
    { title: "slow headers", command: ["slow-headers", "-conns", "200", "-gap", "1"] },
    { title: "slow headers over HTTP/2", command: ["slow-headers", "-conns", "200", "-gap", "1", "-http2"] },
];

const aMinute: Attack = {
    title: "slow uploads for a minute: 20 kB, then a byte every 5 s, with a key",
    command: ["slow-body", "-conns", "20", "-first", "20000", "-gap", "5"],
    key: true,
    seconds: 60,
};

onEachFront("slow clients", front => {
    holds(front, { keysRequired: true }, [...slowHeaders, ...large, aMinute]);
    holds(front, { keysRequired: false }, [...slowHeaders, ...slowBodies, ...slowReading]);
    holds(front, { keysRequired: false, maxConcurrentRequests: 8, maxQueueWaitMs: 5_000 }, [
        ...large.slice(0, 2),
        ...slowReading.slice(3, 5),
    ]);
});
