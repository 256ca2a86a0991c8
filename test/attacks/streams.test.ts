import { holds, onEachFront } from "./suite";
import type { Attack } from "./measure";

/** 20,000 requests at the same time whose bodies never come, or stop after 15 kB. */
const stalled: Attack[] = [
    { title: "stalled streams before the body", command: ["stalled-streams", "-conns", "200"] },
    {
        title: "stalled streams after 15 kB",
        command: ["stalled-streams", "-conns", "200", "-first", "15000"],
    },
].map(one => ({ ...one, after: 3 }));

/** A connection takes 50 kB from TCP's handshake to its end; the memory limit of a front's pod leaves this for connections. */
const IDLE_MIB = 300;
const idle: Attack[] = ["tcp", "tls", "h2", "request"].map(variant => ({
    title: `5,000 idle connections (${variant})`,
    command: ["idle", "-conns", "5000", "-variant", variant],
    ...{ after: 8, memory: IDLE_MIB },
}));

const floods: Attack[] = [
    { title: "rapid reset", command: ["rapid-reset", "-rate", "1000"] },
    { title: "CONTINUATION flood", command: ["continuation-flood"] },
    {
        title: "empty CONTINUATION frames",
        command: ["continuation-flood", "-variant", "empty", "-rate", "1000"],
    },
    { title: "many headers", command: ["header-flood", "-rate", "20"] },
    { title: "many headers over HTTP/2", command: ["header-flood", "-http2", "-rate", "20"] },
    { title: "large headers", command: ["header-flood", "-variant", "large", "-rate", "20"] },
    {
        title: "large headers over HTTP/2",
        command: ["header-flood", "-variant", "large", "-http2", "-rate", "20"],
    },
    { title: "HPACK table bomb", command: ["header-flood", "-variant", "table", "-http2", "-rate", "20"] },
    { title: "DATA frames of one byte", command: ["small-frames", "-size", "20000", "-rate", "1000"] },
    { title: "empty DATA frames", command: ["small-frames", "-variant", "empty", "-rate", "1000"] },
    { title: "pipelining", command: ["pipelining"] },
    { title: "early close", command: ["early-close", "-conns", "20"] },
    { title: "early half close", command: ["early-close", "-conns", "20", "-variant", "half"] },
    { title: "whole handshakes", command: ["handshakes", "-conns", "20", "-rate", "10"] },
    {
        title: "aborted handshakes",
        command: ["handshakes", "-conns", "20", "-rate", "20", "-variant", "abort"],
    },
    {
        title: "handshakes of garbage",
        command: ["handshakes", "-conns", "20", "-rate", "20", "-variant", "garbage"],
    },
    ...[
        ...[
            "settings",
            "ping",
            "priority",
            "window",
            "window-overflow",
            "stream-window-overflow",
            "window-zero",
        ],
        ...["empty-headers", "unknown"],
    ].map(variant => ({
        title: `frames: ${variant}`,
        command: ["frame-flood", "-variant", variant, "-rate", "1000"],
    })),
];

/** Whole requests, which take places of the model as those of anybody: only without keys, or of a client with a key. */
const whole: Attack[] = [
    { title: "pipelining", command: ["pipelining", "-conns", "2"] },
    { title: "early close of whole requests", command: ["early-close", "-conns", "10", "-whole"] },
    {
        title: "rapid reset of whole requests",
        command: ["rapid-reset", "-conns", "2", "-rate", "50", "-whole"],
    },
];

onEachFront("streams and connections", front => {
    holds(front, { keysRequired: true }, [...stalled, ...idle, ...floods]);
    holds(front, { keysRequired: false }, [...stalled, idle[3] ?? fail(), ...whole]);
});

function fail(): never {
    throw new Error("There is no such attack");
}
