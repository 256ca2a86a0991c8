import { existsSync, readFileSync } from "node:fs";
import { writeAtomically } from "./atomic-file";
import type { Resource } from "./resource";

/** A long-running operation. Its status is derived from its resource, so it survives a restart of the control process. */
export interface Operation {
    id: string;
    resourceId: string;
    kind: "put" | "delete" | "action";
    /** ISO 8601. */
    startedAt: string;
}

interface Contents {
    resources: Resource[];
    operations: Operation[];
}

/** How long an operation can be queried. Clients poll for minutes. */
const OPERATION_LIFETIME_MS = 3_600_000;

/** All resources of the sandbox, in memory and in one JSON file. Every change is on disk when the call returns. */
export class Store {
    private readonly resources = new Map<string, Resource>();
    private readonly operations = new Map<string, Operation>();
    private readonly listeners: (() => void)[] = [];

    /** @param file the JSON file. Read now, if it exists */
    constructor(private readonly file: string) {
        if (!existsSync(file)) return;
        const contents = JSON.parse(readFileSync(file, "utf8")) as Contents;
        for (const resource of contents.resources) this.resources.set(key(resource.id), resource);
        for (const operation of contents.operations) this.operations.set(operation.id, operation);
    }

    /** Calls `listener` after every change. */
    onChange(listener: () => void): void {
        this.listeners.push(listener);
    }

    get(id: string): Resource | undefined {
        return this.resources.get(key(id));
    }

    /** Creates or replaces. */
    put(resource: Resource): void {
        this.resources.set(key(resource.id), resource);
        this.save();
    }

    /** Replaces members of a resource. Does nothing if the resource no longer exists. */
    update(id: string, change: Partial<Resource>): void {
        const resource = this.get(id);
        if (resource) this.put({ ...resource, ...change });
    }

    delete(id: string): void {
        if (this.resources.delete(key(id))) this.save();
    }

    /** Resources of a type, in the order of their creation. @param type in any case */
    ofType(type: string): Resource[] {
        return this.all().filter(resource => key(resource.type) === key(type));
    }

    /** All descendants of an id. */
    below(id: string): Resource[] {
        return this.all().filter(resource => key(resource.id).startsWith(`${key(id)}/`));
    }

    all(): Resource[] {
        return [...this.resources.values()];
    }

    getOperation(id: string): Operation | undefined {
        return this.operations.get(id);
    }

    putOperation(operation: Operation): void {
        const oldest = Date.parse(operation.startedAt) - OPERATION_LIFETIME_MS;
        for (const { id, startedAt } of this.operations.values()) {
            if (Date.parse(startedAt) < oldest) this.operations.delete(id);
        }
        this.operations.set(operation.id, operation);
        this.save();
    }

    private save(): void {
        const contents: Contents = { resources: this.all(), operations: [...this.operations.values()] };
        writeAtomically(this.file, JSON.stringify(contents, undefined, 1));
        for (const listener of this.listeners) listener();
    }
}

function key(id: string): string {
    return id.toLowerCase();
}
