import type * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
    AcmeChallenge,
    LoadBalancerType,
    SecureAksInference,
    type SecureAksInferenceArgs,
} from "../../../components";
import { collectWarnings, type Ordered, recordInto, recordOrder, registrations } from "../../support/mocks";
import { AZURE } from "./azure";

const { callbacks } = vi.hoisted(() => ({ callbacks: new Map<string, pulumi.ResourceHookFunction>() }));

/** Registers hooks as with an engine; the tests run them. */
vi.mock("../../../components/shared/hooks", () => ({
    resourceHook: (name: string, callback: pulumi.ResourceHookFunction) => {
        callbacks.set(name, callback);
        return [{ __pulumiResourceHook: true, name }];
    },
    isMocked: () => true,
}));

const ISSUER = "Deployment models-issuer";
const FRONT = "Deployment models-front";
const BALANCER = "Service models-front";
const CERTIFICATE_HOOK = "models-certificate";

const HOSTNAME = { hostname: "score.contoso.com" };
const ZONE = { zoneName: "contoso.com", zoneResourceGroupName: "dns" };
const BY_HTTP = { ...HOSTNAME, acme: { challenge: AcmeChallenge.Http01 } };

let order: Map<string, Ordered>;
let warnings: string[];

beforeEach(() => {
    callbacks.clear();
    warnings = collectWarnings();
});

async function register(args: Partial<SecureAksInferenceArgs>): Promise<void> {
    await recordInto([], { ...AZURE, preview: false });
    order = recordOrder();
    new SecureAksInference("models", {
        resourceGroupName: "group",
        cluster: { attach: { resourceGroupName: "ml", clusterName: "shared" } },
        models: { iris: { image: "iris:1", keys: { enabled: false } } },
        ...args,
    });
    await registrations();
}

function after(resource: string): string[] {
    return order.get(resource)?.after ?? [];
}

/** The resources whose hooks wait for the certificate. */
function certificateHooks(): { afterCreate: string[]; afterUpdate: string[] } {
    const having = (list: "afterCreate" | "afterUpdate"): string[] =>
        [...order].filter(([, one]) => one[list].includes(CERTIFICATE_HOOK)).map(([resource]) => resource);
    return { afterCreate: having("afterCreate"), afterUpdate: having("afterUpdate") };
}

describe("with Http01", () => {
    it("the issuer depends on the load balancer, and only its hooks wait for the certificate", async () => {
        await register({});
        expect(after(ISSUER)).toContain(BALANCER);
        expect(after(BALANCER)).toContain(FRONT);
        expect(after(FRONT)).not.toContain(ISSUER);
        expect(certificateHooks()).toEqual({ afterCreate: [ISSUER], afterUpdate: [ISSUER] });
    });

    it("the issuer also depends on every DNS record of the component", async () => {
        const iris = { image: "iris:1", hostname: "iris.contoso.com", keys: { enabled: false } };
        await register({ tls: BY_HTTP, dns: ZONE, models: { iris } });
        expect(after(ISSUER)).toEqual(
            expect.arrayContaining([BALANCER, "RecordSet models-address", "RecordSet models-iris-address"]),
        );
        expect(certificateHooks()).toEqual({ afterCreate: [ISSUER], afterUpdate: [ISSUER] });
    });

    it("the update does not wait when the user must create a record first, and warns once", async () => {
        await register({ tls: HOSTNAME });
        expect(certificateHooks()).toEqual({ afterCreate: [ISSUER], afterUpdate: [ISSUER] });
        expect(warnings).toEqual([]);
        await callbacks.get(CERTIFICATE_HOOK)?.({} as pulumi.ResourceHookArgs);
        expect(warnings).toEqual([expect.stringContaining("Create the DNS record shown in the outputs")]);
    });
});

describe("with Dns01", () => {
    it("the fronts depend on the issuer, and the hooks of the load balancer wait for the certificate", async () => {
        await register({ tls: HOSTNAME, dns: ZONE });
        expect(after(FRONT)).toContain(ISSUER);
        expect(after(ISSUER)).not.toContain(BALANCER);
        expect(certificateHooks()).toEqual({ afterCreate: [BALANCER], afterUpdate: [BALANCER] });
    });

    it("the fronts do not depend on the issuer when waitSeconds is 0", async () => {
        await register({ tls: { ...HOSTNAME, acme: { waitSeconds: 0 } }, dns: ZONE });
        expect(after(FRONT)).not.toContain(ISSUER);
        expect(order.has(ISSUER)).toBe(true);
    });

    it("the update does not wait with an internal load balancer, which it may not reach", async () => {
        const loadBalancer = { type: LoadBalancerType.InternalLoadBalancer };
        await register({ loadBalancer, tls: HOSTNAME, dns: ZONE });
        expect(after(FRONT)).toContain(ISSUER);
        expect(certificateHooks()).toEqual({ afterCreate: [], afterUpdate: [] });
    });
});
