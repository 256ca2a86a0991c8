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

/** A resource type whose resources exist only in the state of the stack, such as a key or a random string. */
export interface LocalType {
    required: string[];
    /** Default values of inputs. They appear among the outputs, like all inputs. */
    defaults: Properties;
    /** Inputs that can change in place. A change of any other input replaces the resource. */
    updatable?: string[];
    /** Outputs that are not known before the resource is created. */
    computed: string[];
    /** Outputs that are always secret. */
    secrets?: string[];
    /** The problems of the inputs, one sentence each. Called with all required inputs and the defaults. */
    problems?(inputs: Properties): string[];
    /** Creates the resource. The inputs include the defaults. */
    create(inputs: Properties): Promise<{ id: string; computed: Properties }>;
    /** The resource with this id. Only for types that support import. */
    importFrom?(id: string): { inputs: Properties; computed: Properties };
    /** The outputs that depend on the present time, computed from the outputs in the state. */
    timeDependent?(outputs: Properties): Properties;
    /** The name of the output that requires a replacement now; undefined if no replacement is due. */
    replacementDue?: (outputs: Properties, news: Properties) => string | undefined;
}

/** Implements the operations of a `LocalType`. */
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
        // An input that is equal to its default may be added or removed without a change.
        const changed = changes({ ...defaults, ...oldInputs }, { ...defaults, ...news }).map(change => {
            const [name = ""] = change.pattern.split(".");
            return { ...change, replaces: !updatable.includes(name) };
        });
        const output = this.type.replacementDue?.(oldOutputs, news);
        if (output) {
            changed.push({ path: output, pattern: output, kind: "update", replaces: true, ofOutput: true });
        }
        return { changes: changed, deleteBeforeReplace: false };
    }

    preview(news: Properties, oldOutputs: Properties | undefined): Properties {
        const { computed, defaults } = this.type;
        const unknown = computed.map(name => [name, oldOutputs?.[name] ?? UNKNOWN]);
        return this.withSecretsMarked({
            ...defaults,
            ...news,
            ...(Object.fromEntries(unknown) as Properties),
        });
    }

    async create(news: Properties): Promise<{ id: string; outputs: Properties }> {
        const inputs = { ...this.type.defaults, ...news };
        const { id, computed } = await this.type.create(inputs);
        return { id, outputs: this.withSecretsMarked({ ...inputs, ...computed }) };
    }

    update(_resource: Identity, news: Properties, olds: Properties): Promise<Properties> {
        return Promise.resolve(this.withSecretsMarked({ ...olds, ...news }));
    }

    read(
        { id }: Identity,
        known?: { inputs: Properties; outputs: Properties },
    ): Promise<ReadResult | undefined> {
        if (known) {
            const outputs = { ...known.outputs, ...this.type.timeDependent?.(known.outputs) };
            return Promise.resolve({ id, inputs: known.inputs, outputs: this.withSecretsMarked(outputs) });
        }
        if (!this.type.importFrom) throw new Error(`${this.token} does not support import.`);
        const { inputs, computed } = this.type.importFrom(id);
        const outputs = this.withSecretsMarked({ ...this.type.defaults, ...inputs, ...computed });
        return Promise.resolve({ id, inputs, outputs });
    }

    delete(): Promise<void> {
        return Promise.resolve();
    }

    private withSecretsMarked(outputs: Properties): Properties {
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
