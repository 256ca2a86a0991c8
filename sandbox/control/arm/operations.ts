import { randomUUID } from "node:crypto";
import type { ArmErrorBody, JsonObject, Resource } from "../state/resource";
import type { Operation, Store } from "../state/store";

export type OperationStatus = "InProgress" | "Succeeded" | "Failed";

/** Polling interval for clients. Shorter than Azure's, because the work takes less time here. */
export const RETRY_AFTER_SECONDS = 1;

/** Records the start of work on a resource. */
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

/** The status of an operation, derived from its resource. */
export function operationStatus(operation: Operation, resource: Resource | undefined): OperationStatus {
    if (operation.kind === "delete") return deletionStatus(operation, resource);
    if (resource === undefined) return "Failed";
    if (resource.provisioningState === "Succeeded" || resource.provisioningState === "Failed") {
        return resource.provisioningState;
    }
    return "InProgress";
}

/** The status object at the URL of the `Azure-AsyncOperation` header. */
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

/** A resource that was created after the deletion started is a new one with the same id. */
function deletionStatus(operation: Operation, resource: Resource | undefined): OperationStatus {
    const deleted = resource === undefined || resource.createdAt > operation.startedAt;
    if (deleted) return "Succeeded";
    return resource.provisioningState === "Failed" ? "Failed" : "InProgress";
}
