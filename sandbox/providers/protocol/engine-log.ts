import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";

/** Shows messages about a resource in the output of `pulumi`. */
export class EngineLog {
    private readonly client: EngineClient;

    /** @param address the address of the engine, which it passes to each plug-in as an argument */
    constructor(address: string) {
        this.client = new EngineClient(address, grpc.credentials.createInsecure());
    }

    warn(urn: string, message: string): void {
        const request = new LogRequest();
        request.setSeverity(LogSeverity.WARNING);
        request.setUrn(urn);
        request.setMessage(message);
        // The operation continues if the warning cannot be shown.
        this.client.log(request, () => undefined);
    }
}
