/**
 * A Pulumi language host for Node programs: the process that the engine starts to have a program run, a policy pack
 * or a component package. The official one is released with the engine only; this one stands in for it where the
 * engine had to be built from source. It speaks the protocol of `pulumi/language.proto` through the stubs that the
 * Node SDK ships, and leaves the work to the entry points in `@pulumi/pulumi/cmd`, as the official one does.
 *
 * Not supported: conversion and generation of programs and SDKs, debuggers, Bun.
 */
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { children } from "./children";
import { LanguageHost } from "./language-host";

/** How often to look whether the engine is still there. */
const ORPHAN_CHECK_MS = 1_000;

/** What the engine itself allows for one message. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

function main(): void {
    // The engine may add flags, such as --tracing; its own address is the one argument that is none.
    const engineAddress = process.argv.slice(2).findLast(argument => !argument.startsWith("-")) ?? "";
    const server = new grpc.Server({
        "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
        "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    });
    server.addService(LanguageRuntimeService, new LanguageHost(engineAddress).methods());
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) throw error;
        // The first line on standard output tells the engine where to connect.
        console.log(port);
    });
    endWithTheEngine();
}

/** Whatever ends the engine, also a kill that it cannot announce, must end the programs that it had started. */
function endWithTheEngine(): void {
    const end = () => {
        children.kill();
        process.exit(0);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
    process.on("exit", () => children.kill());
    const engine = process.ppid;
    setInterval(() => {
        if (process.ppid !== engine) end();
    }, ORPHAN_CHECK_MS).unref();
}

main();
