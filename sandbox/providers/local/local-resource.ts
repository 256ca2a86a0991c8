import { changes } from "../protocol/difference";
import type {
    Checked,
    CheckRequest,
    Difference,
    DiffRequest,
    Identity,
    ReadResult,
    ResourceType,
} from "../protocol/provider";
import { type Properties, secret, UNKNOWN } from "../protocol/values";

/** A resource that lives in the state alone, such as a key or a random string. */
export interface LocalType {
    required: string[];
    /** Outputs that have the value of the input of the same name, or else this one. */
    defaults: Properties;
    /** Inputs that can change while the resource stays. All others replace it. */
    updatable?: string[];
    /** Outputs that are not known before the resource is made. */
    computed: string[];
    /** Outputs that are secret whatever the inputs are. */
    secrets?: string[];
    /** What is wrong with inputs that are all known. One sentence each. */
    problems?(inputs: Properties): string[];
    /** Makes the resource from inputs that are complete. Returns its id and the computed outputs. */
    make(inputs: Properties): Promise<{ id: string; computed: Properties }>;
    /** The resource whose id is given, for types that can be imported. */
    adopt?(id: string): { inputs: Properties; computed: Properties };
    /** Outputs that change as time goes by, from the outputs in the state. */
    timely?(outputs: Properties): Properties;
    /** The output for which the resource, as it is in the state, has to be replaced now. */
    due?: (outputs: Properties, news: Properties) => string | undefined;
}

/** Puts a `LocalType` to work. */
export class LocalResource implements ResourceType {
    constructor(
        private readonly token: string,
        private readonly type: LocalType,
    ) {}

    check({ news }: CheckRequest): Promise<Checked> {
        const missing = this.type.required.filter(name => news[name] === undefined);
        const failures = missing.map(
            name => `Missing required argument. The argument "${name}" is required.`,
        );
        if (failures.length === 0)
            failures.push(...(this.type.problems?.({ ...this.type.defaults, ...news }) ?? []));
        return Promise.resolve({ inputs: news, failures });
    }

    diff({ oldInputs, oldOutputs, news }: DiffRequest): Difference {
        const { updatable = [], defaults } = this.type;
        // A default that the program now says, or no longer says, is not a change.
        const found = changes({ ...defaults, ...oldInputs }, { ...defaults, ...news }).map(change => {
            const [name = ""] = change.pattern.split(".");
            return { ...change, replaces: !updatable.includes(name) };
        });
        const reason = this.type.due?.(oldOutputs, news);
        if (reason) {
            found.push({ path: reason, pattern: reason, kind: "update", replaces: true, ofOutput: true });
        }
        return { changes: found, deleteBeforeReplace: false };
    }

    preview(news: Properties, oldOutputs: Properties | undefined): Properties {
        const { computed, defaults } = this.type;
        const unknown = computed.map(name => [name, oldOutputs?.[name] ?? UNKNOWN]);
        return this.marked({ ...defaults, ...news, ...(Object.fromEntries(unknown) as Properties) });
    }

    async create(news: Properties): Promise<{ id: string; outputs: Properties }> {
        const inputs = { ...this.type.defaults, ...news };
        const { id, computed } = await this.type.make(inputs);
        return { id, outputs: this.marked({ ...inputs, ...computed }) };
    }

    update(_resource: Identity, news: Properties, olds: Properties): Promise<Properties> {
        return Promise.resolve(this.marked({ ...olds, ...news }));
    }

    read(
        { id }: Identity,
        known?: { inputs: Properties; outputs: Properties },
    ): Promise<ReadResult | undefined> {
        if (known) {
            const outputs = { ...known.outputs, ...this.type.timely?.(known.outputs) };
            return Promise.resolve({ id, inputs: known.inputs, outputs: this.marked(outputs) });
        }
        if (!this.type.adopt) throw new Error(`${this.token} does not support import.`);
        const { inputs, computed } = this.type.adopt(id);
        const outputs = this.marked({ ...this.type.defaults, ...inputs, ...computed });
        return Promise.resolve({ id, inputs, outputs });
    }

    delete(): Promise<void> {
        return Promise.resolve();
    }

    private marked(outputs: Properties): Properties {
        const { secrets = [] } = this.type;
        const entries = Object.entries(outputs);
        return Object.fromEntries(
            entries.map(([name, value]) => [
                name,
                secrets.includes(name) && value !== UNKNOWN ? secret(value) : value,
            ]),
        );
    }
}
