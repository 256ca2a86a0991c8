import * as grpc from "@grpc/grpc-js";

/** The engine's own limit for one message. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Interval of the checks whether the parent process still runs, in milliseconds. */
const PARENT_CHECK_MS = 1_000;

/**
 * Starts a gRPC server on a free port of the loopback interface.
 * @param announce receives the port. The engine expects it as the first line on standard output of a plug-in.
 */
export function startPluginServer(
    service: grpc.ServiceDefinition,
    handlers: grpc.UntypedServiceImplementation,
    announce: (port: number) => void = console.log,
): void {
    const server = new grpc.Server({
        "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
        "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    });
    server.addService(service, handlers);
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) throw error;
        announce(port);
    });
}

/** Calls `end` after the parent process has ended. An engine that is killed cannot stop its plug-ins. */
export function whenParentEnds(end: () => void): void {
    const parent = process.ppid;
    setInterval(() => {
        if (process.ppid !== parent) end();
    }, PARENT_CHECK_MS).unref();
}
