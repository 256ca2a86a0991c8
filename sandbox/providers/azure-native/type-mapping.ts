import type { NameStyle } from "./auto-name";

/**
 * How one resource type of azure-native maps to Azure Resource Manager (ARM). Property names, required properties and
 * the API version come from the SDK (`build/sdk-schema.ts`); this is what the SDK does not say.
 */
export interface TypeMapping {
    /** Path of the resource, with the names of inputs in braces (`arm-path.ts`). Changing one of them means another resource. */
    path: string;
    /** The input that is generated when the program leaves it out. */
    autoName: { input: string; style: NameStyle };
    /**
     * Inputs that azure-native replaces the resource for, beside those of the path (`forceNewMap` of its generator,
     * and properties whose `x-ms-mutability` lacks `update`).
     */
    replaceOn?: string[];
    /**
     * Objects that ARM keeps in an inner `properties`, by their path in the SDK ("" is the resource itself), with the
     * names of the properties that stay outside of it.
     */
    envelopes: Record<string, string[]>;
    /** Names that differ in ARM, by their path in the SDK. */
    wireNames?: Record<string, string>;
    /** Inputs that are sent as query parameters: the name of the input, then that of the parameter. */
    query?: Record<string, string>;
    /** Inputs that are resources of their own too: what the program leaves out is not its business. */
    subResources?: string[];
    /** The function that reads such a resource: `getContainerGroup`. */
    getter: string;
}
