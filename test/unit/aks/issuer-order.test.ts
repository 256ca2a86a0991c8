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

/** As with an engine, which runs none of them by itself here. */
vi.mock("../../../components/shared/hooks", () => ({
    resourceHook: (name: string, callback: pulumi.ResourceHookFunction) => {
        callbacks.set(name, callback);
        return [{ __pulumiResourceHook: true, name }];
    },
}));

const ISSUER = "Deployment models-issuer";
const FRONT = "Deployment models-front";
const BALANCER = "Service models-front";
const AWAITED = "models-certificate";

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

/** The resources after which an update waits for the certificate. */
function awaitedAfter(): { made: string[]; updated: string[] } {
    const having = (list: "afterCreate" | "afterUpdate"): string[] =>
        [...order].filter(([, one]) => one[list].includes(AWAITED)).map(([resource]) => resource);
    return { made: having("afterCreate"), updated: having("afterUpdate") };
}

describe("by HTTP", () => {
    it("the issuer comes after the load balancer, and an update waits for the certificate after it alone", async () => {
        await register({});
        expect(after(ISSUER)).toContain(BALANCER);
        expect(after(BALANCER)).toContain(FRONT);
        expect(after(FRONT)).not.toContain(ISSUER);
        expect(awaitedAfter()).toEqual({ made: [ISSUER], updated: [ISSUER] });
    });

    it("it comes after every record of the service's own, too", async () => {
        const iris = { image: "iris:1", hostname: "iris.contoso.com", keys: { enabled: false } };
        await register({ tls: BY_HTTP, dns: ZONE, models: { iris } });
        expect(after(ISSUER)).toEqual(
            expect.arrayContaining([BALANCER, "RecordSet models-address", "RecordSet models-iris-address"]),
        );
        expect(awaitedAfter()).toEqual({ made: [ISSUER], updated: [ISSUER] });
    });

    it("nobody waits where somebody else has to make a record first: that is said, once", async () => {
        await register({ tls: HOSTNAME });
        expect(awaitedAfter()).toEqual({ made: [ISSUER], updated: [ISSUER] });
        expect(warnings).toEqual([]);
        await callbacks.get(AWAITED)?.({} as pulumi.ResourceHookArgs);
        expect(warnings).toEqual([expect.stringContaining("Create the DNS record shown in the outputs")]);
    });
});

describe("by DNS", () => {
    it("the fronts come after the issuer, and an update waits after the load balancer", async () => {
        await register({ tls: HOSTNAME, dns: ZONE });
        expect(after(FRONT)).toContain(ISSUER);
        expect(after(ISSUER)).not.toContain(BALANCER);
        expect(awaitedAfter()).toEqual({ made: [BALANCER], updated: [BALANCER] });
    });

    it("the fronts do not wait where nobody is to wait", async () => {
        await register({ tls: { ...HOSTNAME, acme: { waitSeconds: 0 } }, dns: ZONE });
        expect(after(FRONT)).not.toContain(ISSUER);
        expect(order.has(ISSUER)).toBe(true);
    });

    it("no update waits for what it may not reach: an internal load balancer", async () => {
        const loadBalancer = { type: LoadBalancerType.InternalLoadBalancer };
        await register({ loadBalancer, tls: HOSTNAME, dns: ZONE });
        expect(after(FRONT)).toContain(ISSUER);
        expect(awaitedAfter()).toEqual({ made: [], updated: [] });
    });
});
