import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb.js";

/** Shows messages beside a resource, through the engine's own log. */
export class EngineLog {
    private readonly client: EngineClient;

    /** @param address of the engine, as it gives it to every plug-in as its argument */
    constructor(address: string) {
        this.client = new EngineClient(address, grpc.credentials.createInsecure());
    }

    warn(urn: string, message: string): void {
        const request = new LogRequest();
        request.setSeverity(LogSeverity.WARNING);
        request.setUrn(urn);
        request.setMessage(message);
        // A warning that cannot be shown must not fail the operation that it is about.
        this.client.log(request, () => undefined);
    }
}
