/**
 * A Pulumi language host for Node programs: the process that the engine starts to run a program, a policy pack or a
 * component package. Only releases of the engine contain the official host; this one replaces it where the engine had to
 * be built from source. It implements `pulumi/language.proto` with the stubs that the Node SDK ships. Like the official
 * host, it runs the entry points in `@pulumi/pulumi/cmd`, which do the actual work.
 *
 * Not supported: conversion of programs, generation of SDKs, debuggers, Bun.
 */
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { children } from "./children";
import { languageHandlers } from "./language-host";
import { startPluginServer, whenParentEnds } from "./plugin-server";

function main(): void {
    // The engine may add flags such as --tracing. Its address is the only argument without a leading hyphen.
    const engineAddress = process.argv.slice(2).findLast(argument => !argument.startsWith("-")) ?? "";
    startPluginServer(LanguageRuntimeService, languageHandlers(engineAddress));
    const end = () => {
        children.kill();
        process.exit(0);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
    process.on("exit", () => children.kill());
    whenParentEnds(end);
}

main();
