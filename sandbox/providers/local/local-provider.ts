import type { Provider, ResourceType } from "../protocol/provider";
import { LocalResource, type LocalType } from "./local-resource";

/** A provider whose resources exist only in the state of the stack, such as tls and random. */
export class LocalProvider implements Provider {
    private readonly types: Map<string, ResourceType>;

    /** @param types by their tokens, e.g. `random:index/randomId:RandomId` */
    constructor(
        readonly name: string,
        types: Record<string, LocalType>,
    ) {
        const entries = Object.entries(types);
        this.types = new Map(entries.map(([token, type]) => [token, new LocalResource(token, type)]));
    }

    resourceType(token: string): ResourceType | undefined {
        return this.types.get(token);
    }
}
