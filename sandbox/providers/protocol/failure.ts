import * as grpc from "@grpc/grpc-js";
import * as any from "google-protobuf/google/protobuf/any_pb.js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb.js";
import { Status } from "@pulumi/pulumi/proto/status_pb.js";
import { InitializationError } from "./provider";
import { toStruct } from "./values";

/** The gRPC status for an error. For an `InitializationError`, the details contain the resource, which exists. */
export function failure(error: unknown): Partial<grpc.StatusObject> {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof InitializationError)) return { code: grpc.status.UNKNOWN, details: message };

    const detail = new ErrorResourceInitFailed();
    const { id, inputs, outputs } = error.resource;
    detail.setId(id);
    detail.setInputs(toStruct(inputs));
    detail.setProperties(toStruct(outputs));
    detail.setReasonsList([message, ...error.details]);
    const packed = new any.Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(packed);
    const metadata = new grpc.Metadata();
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return { code: grpc.status.UNKNOWN, details: message, metadata };
}
