import type { Change } from "./difference";
import type { Properties } from "./values";

/** A provider, independent of the wire format. `handlers.ts` connects it to the engine. */
export interface Provider {
    /** The first part of type tokens, e.g. `azure-native`. */
    name: string;
    /** Sets the provider's configuration. The keys have no prefix: `location`, not `azure-native:location`. */
    configure?(configuration: Record<string, string>): void;
    /** The changes of a provider resource in the program. Its replacement replaces all resources that use it. */
    diffConfiguration?(olds: Properties, news: Properties): Difference;
    /** The resource type with this token; undefined if the provider does not support it. */
    resourceType(token: string): ResourceType | undefined;
    /** Calls a function; undefined if the provider does not support it. */
    invoke?(token: string, args: Properties, call: Call): Promise<Properties> | undefined;
}

/** The circumstances of one operation. */
export interface Call {
    /** Aborted when the engine cancels or the operation times out. */
    signal: AbortSignal;
    /** The time limit that the program sets (`customTimeouts`), in seconds. */
    timeout?: number;
    /** The property paths in the resource option `ignoreChanges`. */
    ignoreChanges: string[];
    /** Shows a warning about the resource. */
    warn(message: string): void;
}

/** The resource that an operation concerns. */
export interface Identity {
    /** The name in the program. */
    name: string;
    id: string;
}

/** The engine's rule for the generated name of a resource (setting `pulumi:autonaming` of the project or stack). */
export interface Autonaming {
    mode: "propose" | "enforce" | "disable";
    name: string;
}

export interface CheckRequest {
    name: string;
    /** The present inputs of the resource; empty for a new resource or a replacement. */
    olds: Properties;
    /** The inputs in the program. */
    news: Properties;
    /** The same for all checks of a resource within one update, so that they generate the same name. */
    randomSeed: Uint8Array;
    naming?: Autonaming;
}

export interface Checked {
    inputs: Properties;
    /** One sentence for each problem. */
    failures: string[];
}

export interface DiffRequest {
    oldInputs: Properties;
    oldOutputs: Properties;
    news: Properties;
}

export interface Difference {
    changes: Change[];
    /** Whether a replacement must delete the old resource before it creates the new one. */
    deleteBeforeReplace: boolean;
}

/** A resource as it exists: the answer to a read. */
export interface ReadResult {
    id: string;
    inputs: Properties;
    outputs: Properties;
}

export interface ResourceType {
    check(request: CheckRequest, call: Call): Promise<Checked>;
    diff(request: DiffRequest): Difference;
    /**
     * The outputs of a future create or update. `UNKNOWN` represents those that are not known yet.
     * @param oldOutputs undefined for a new resource
     */
    preview(
        news: Properties,
        oldOutputs: Properties | undefined,
        call: Call,
    ): Properties | Promise<Properties>;
    create(news: Properties, call: Call): Promise<{ id: string; outputs: Properties }>;
    update(resource: Identity, news: Properties, olds: Properties, call: Call): Promise<Properties>;
    /**
     * The present state of the resource; undefined if it does not exist.
     * @param known the resource in the state of the stack; undefined for an import
     */
    read(
        resource: Identity,
        known: { inputs: Properties; outputs: Properties } | undefined,
        call: Call,
    ): Promise<ReadResult | undefined>;
    delete(resource: Identity, outputs: Properties, call: Call): Promise<void>;
}

/**
 * The resource exists, but did not become ready. The engine saves it in the state, so that the next `up` updates it or
 * `destroy` removes it.
 */
export class InitializationError extends Error {
    constructor(
        message: string,
        readonly resource: ReadResult,
        /** Additional sentences, which the engine shows one by one. */
        readonly details: string[] = [],
    ) {
        super(message);
    }
}
