import type { NameStyle } from "./auto-name";

/**
 * The mapping of a resource type of azure-native to Azure Resource Manager (ARM). It contains what the SDK does not
 * declare; names, types and the API version come from the SDK (`build/sdk-schema.ts`).
 */
export interface TypeMapping {
    /** The path of the resource, with names of inputs in braces (`arm-path.ts`). A change of these inputs replaces it. */
    path: string;
    /** The input with the name, which is generated if the program does not set it. */
    autoName: { input: string; style: NameStyle };
    /**
     * Further inputs whose change replaces the resource (from `forceNewMap` in the generator of azure-native, and
     * properties whose `x-ms-mutability` lacks `update`).
     */
    replaceOn?: string[];
    /**
     * Objects whose fields ARM nests in `properties`, by their path in the SDK ("" is the resource itself), with the
     * names of the fields outside of `properties`.
     */
    envelopes: Record<string, string[]>;
    /** Property names in ARM that differ from those in the SDK, by their path in the SDK. */
    wireNames?: Record<string, string>;
    /** Inputs that are sent as query parameters: the name of the parameter by the name of the input. */
    query?: Record<string, string>;
    /** Inputs that are also separate resource types. A refresh ignores them if the program does not set them here. */
    subResources?: string[];
    /** The function that reads a resource of this type, e.g. `getContainerGroup`. */
    getter: string;
}
