import type { AcmeChallenge } from "../certificate/acme-arguments";
import type { TlsMode } from "../certificate/tls-arguments";
import { canonicalHostname } from "../shared/host-name";

/** A value that is not known yet. */
export const UNKNOWN = Symbol("unknown");

/** A property that may be absent, or unknown during a preview. */
type Stored<T> = T | typeof UNKNOWN | undefined;

/** An address as resource hooks get it, with host names in the form that DNS compares. */
export interface StoredAddress {
    fqdn: Stored<string>;
    hostname: Stored<string>;
    tlsMode: Stored<TlsMode>;
    hstsMaxAgeSeconds: Stored<number>;
    challenge: Stored<AcmeChallenge>;
    zoneName: Stored<string>;
    zoneResourceGroupName: Stored<string>;
    model: Stored<string>;
    /** Undefined in the state of earlier versions, and on Container Instances. */
    models: Map<string, StoredModel> | undefined;
    loadBalancerType: Stored<string>;
    subnetName: Stored<string>;
}

export interface StoredModel {
    hostname: Stored<string>;
    plainHttp: boolean;
}

/** Reads the inputs of a component. */
export function storedAddress(inputs: unknown): StoredAddress {
    const values = record(inputs);
    const text = <T extends string>(name: string): Stored<T> => textOf(values[name]);
    return {
        fqdn: hostnameOf(values.fqdn),
        hostname: hostnameOf(values.hostname),
        tlsMode: text("tlsMode"),
        hstsMaxAgeSeconds:
            typeof values.hstsMaxAgeSeconds === "number" ? values.hstsMaxAgeSeconds : undefined,
        challenge: text("challenge"),
        zoneName: hostnameOf(values.zoneName),
        zoneResourceGroupName: text("zoneResourceGroupName"),
        model: text("model"),
        models: values.models === undefined ? undefined : storedModels(values.models),
        loadBalancerType: text("loadBalancerType"),
        subnetName: text("subnetName"),
    };
}

/** The value if it is known. */
export function known<T>(value: Stored<T>): T | undefined {
    return value === UNKNOWN ? undefined : value;
}

/** Whether both values are known or absent, and not equal. */
export function differ<T>(before: Stored<T>, after: Stored<T>): boolean {
    return before !== UNKNOWN && after !== UNKNOWN && before !== after;
}

function storedModels(models: unknown): Map<string, StoredModel> {
    return new Map(
        Object.entries(record(models)).map(([name, model]) => {
            const { hostname, plainHttp } = record(model);
            return [name, { hostname: hostnameOf(hostname), plainHttp: plainHttp === true }];
        }),
    );
}

function record(value: unknown): Record<string, unknown> {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** During a preview, the engine represents unknown values by objects. */
function textOf<T extends string>(value: unknown): Stored<T> {
    if (value === undefined || value === null) return undefined;
    return typeof value === "string" ? (value as T) : UNKNOWN;
}

function hostnameOf(value: unknown): Stored<string> {
    const text = textOf(value);
    return typeof text === "string" ? canonicalHostname(text) : text;
}
