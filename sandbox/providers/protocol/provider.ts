import type { Change } from "./difference";
import type { Properties } from "./values";

/** What the engine asks a provider for, without the wire format. */
export interface Provider {
    /** As in type tokens: `azure-native`. */
    name: string;
    /** Takes the provider's configuration (`azure-native:location` arrives as `location`). */
    configure?(configuration: Record<string, string>): void;
    /** What a changed provider resource means for the resources under it: replacing it replaces them all. */
    diffConfiguration?(olds: Properties, news: Properties): Difference;
    /** The type with this token, or nothing when the provider does not have it. */
    resourceType(token: string): ResourceType | undefined;
    /** Runs a function. Nothing when the provider does not have it. */
    invoke?(token: string, args: Properties, call: Call): Promise<Properties> | undefined;
}

/** What one operation runs under. */
export interface Call {
    /** Aborted when the engine cancels, or when the operation's time is over. */
    signal: AbortSignal;
    /** The time that the program allows (`customTimeouts`), in seconds. */
    timeout?: number;
    /** The property paths whose changes the program ignores (`ignoreChanges`). */
    ignoreChanges: string[];
    /** Shows a warning beside the resource. */
    warn(message: string): void;
}

/** Which resource an operation is about. */
export interface Identity {
    /** The name in the program. */
    name: string;
    id: string;
}

/** A wish of the engine about the generated name (`pulumi:autonaming` of the project or stack). */
export interface NamingWish {
    mode: "propose" | "enforce" | "disable";
    name: string;
}

export interface CheckRequest {
    name: string;
    /** The inputs that the resource has now; nothing for a new one or a replacement. */
    olds: Properties;
    /** What the program asks for. */
    news: Properties;
    /** The same for the same resource within one update, so that preview and check agree. */
    randomSeed: Uint8Array;
    naming?: NamingWish;
}

export interface Checked {
    inputs: Properties;
    /** One sentence for each thing that is wrong. */
    failures: string[];
}

export interface DiffRequest {
    oldInputs: Properties;
    oldOutputs: Properties;
    news: Properties;
}

export interface Difference {
    changes: Change[];
    /** Whether a replacement, if there is one, must delete first. */
    deleteBeforeReplace: boolean;
}

export interface ReadResult {
    id: string;
    inputs: Properties;
    outputs: Properties;
}

export interface ResourceType {
    check(request: CheckRequest, call: Call): Promise<Checked>;
    diff(request: DiffRequest): Difference;
    /** The outputs as far as they are known before anything is done. */
    preview(
        news: Properties,
        oldOutputs: Properties | undefined,
        call: Call,
    ): Properties | Promise<Properties>;
    create(news: Properties, call: Call): Promise<{ id: string; outputs: Properties }>;
    update(resource: Identity, news: Properties, olds: Properties, call: Call): Promise<Properties>;
    /** The resource as it is now; nothing when it does not exist. `known` is missing when it is being imported. */
    read(
        resource: Identity,
        known: { inputs: Properties; outputs: Properties } | undefined,
        call: Call,
    ): Promise<ReadResult | undefined>;
    delete(resource: Identity, outputs: Properties, call: Call): Promise<void>;
}

/**
 * The resource exists, but did not become what was asked for. The engine keeps it in the state, so that the next
 * `up` mends it or `destroy` removes it.
 */
export class InitializationError extends Error {
    constructor(
        message: string,
        readonly id: string,
        readonly inputs: Properties,
        readonly outputs: Properties,
        /** Further sentences, which the engine shows one by one. */
        readonly details: string[] = [],
    ) {
        super(message);
    }
}
