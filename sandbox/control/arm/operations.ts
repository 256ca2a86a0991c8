import { randomUUID } from "node:crypto";
import type { JsonObject, Resource } from "../state/resource";
import type { Operation, Store } from "../state/store";
import type { ArmErrorBody } from "./errors";

export type OperationStatus = "InProgress" | "Succeeded" | "Failed";

/** A client asks again after so many seconds: shorter than Azure's, the work here is near. */
export const RETRY_AFTER_SECONDS = 1;

/** Records that work on a resource has begun. */
export function startOperation(
    store: Store,
    resourceId: string,
    kind: Operation["kind"],
    now: Date,
): Operation {
    const operation: Operation = { id: randomUUID(), resourceId, kind, startedAt: now.toISOString() };
    store.putOperation(operation);
    return operation;
}

/** How the work stands. The resource knows, so nothing else has to be kept. */
export function operationStatus(operation: Operation, resource: Resource | undefined): OperationStatus {
    if (operation.kind === "delete") return deletionStatus(operation, resource);
    if (resource === undefined) return "Failed";
    if (resource.provisioningState === "Succeeded" || resource.provisioningState === "Failed") {
        return resource.provisioningState;
    }
    return "InProgress";
}

/** The status object behind the address in the `Azure-AsyncOperation` header. */
export function statusBody(path: string, operation: Operation, resource: Resource | undefined): JsonObject {
    const status = operationStatus(operation, resource);
    return {
        id: path,
        name: operation.id,
        status,
        startTime: operation.startedAt,
        ...(status === "Failed" && { error: failureOf(resource) }),
    };
}

export function failureOf(resource: Resource | undefined): ArmErrorBody {
    return (
        resource?.failure ?? {
            code: "ResourceNotFound",
            message: "The resource was deleted while the operation was in progress.",
        }
    );
}

/** A resource that was created after the deletion began is another one. */
function deletionStatus(operation: Operation, resource: Resource | undefined): OperationStatus {
    const gone = resource === undefined || resource.createdAt > operation.startedAt;
    if (gone) return "Succeeded";
    return resource.provisioningState === "Failed" ? "Failed" : "InProgress";
}
