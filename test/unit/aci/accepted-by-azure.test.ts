import * as fc from "fast-check";
import { expect, it } from "vitest";
import { SecureAciInference, type SecureAciInferenceArgs, TlsMode } from "../../../components";
import { readArguments } from "../../../components/aci/settings";
import { checkContainerGroup } from "../../../sandbox/control/container-groups/rules";
import { runs } from "../../../sandbox/testing/full";
import { argumentProblems } from "../../support/argument-problems";
import { armGroup } from "../../support/arm-group";
import {
    collectWarnings,
    inputsOf,
    recordInto,
    type Registered,
    registrations,
    unmarked,
} from "../../support/mocks";

/** Mostly a value that Azure accepts, sometimes another one. */
const mostly = <T>(good: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: other });
const rarely = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

const amount = mostly(
    fc.integer({ min: 1, max: 40 }).map(tenths => tenths / 10),
    fc.oneof(
        fc.integer({ min: 1, max: 400 }).map(hundredths => hundredths / 100),
        fc.constantFrom(0, 0.75, 1 / 3, 31, 32, 240, 241, 1e-9),
    ),
);
const port = mostly(fc.constantFrom(5001, 8080, 65_535), fc.integer({ min: 1, max: 65_535 }));
const name = mostly(
    fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/),
    fc.constantFrom("front", "issuer", "-iris", "a".repeat(63), "a".repeat(64), "Iris", "windows"),
);
const liveness = fc.record(
    { periodSeconds: fc.integer({ min: 0, max: 20 }), successThreshold: fc.integer({ min: 0, max: 2 }) },
    { requiredKeys: [] },
);
const identity = fc
    .constantFrom("one", "two")
    .map(
        id =>
            `/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${id}`,
    );

const args: fc.Arbitrary<SecureAciInferenceArgs> = fc.record(
    {
        resourceGroupName: fc.constant("group"),
        location: fc.constant("westeurope"),
        containerGroupName: name,
        model: fc.record(
            {
                image: mostly(
                    fc.constantFrom("iris:1", "contoso.azurecr.io/a/iris:7"),
                    fc.constantFrom("Iris:1", "a_.b", "a//b", ".a"),
                ),
                name,
                port,
                cpu: amount,
                memoryInGB: amount,
                cpuLimit: rarely(amount),
                memoryInGBLimit: rarely(amount),
                environment: fc.dictionary(
                    mostly(fc.stringMatching(/^[A-Z_]{1,4}$/), fc.stringMatching(/^[A-Z1-]{1,4}$/)),
                    fc.string(),
                    { maxKeys: 3 },
                ),
                liveness: rarely(liveness),
            },
            { requiredKeys: ["image"] },
        ),
        front: fc.record({ cpu: amount, memoryInGB: amount }, { requiredKeys: [] }),
        tls: fc.constantFrom({ mode: TlsMode.Disabled }, {}),
        identity: fc.record({ userAssignedIds: fc.uniqueArray(identity, { maxLength: 2 }) }),
    },
    { requiredKeys: ["resourceGroupName", "location", "model"] },
);

/** Outputs that the component reads from other resources. */
const MADE = { result: "abc123", name: "store", privateKeyPem: "key", certPem: "certificate" };

it("Azure accepts the container group of all arguments that the component accepts", async () => {
    collectWarnings();
    let accepted = 0;
    await fc.assert(
        fc.asyncProperty(args, async given => {
            const registered: Registered[] = [];
            const call = () => ({ keys: [{ value: "key of the store" }] });
            await recordInto(registered, { call, made: () => MADE, preview: false });
            if (Object.keys(argumentProblems(() => readArguments("iris", given, new Date()))).length > 0)
                return;
            accepted += 1;
            new SecureAciInference("iris", given);
            await registrations();
            const group = inputsOf(registered, "azure-native:containerinstance:ContainerGroup", "iris");
            expect(() => checkContainerGroup(armGroup(unmarked(group)))).not.toThrow();
        }),
        { numRuns: runs(250, 500) },
    );
    expect(accepted).toBeGreaterThan(20);
}, 300_000);
