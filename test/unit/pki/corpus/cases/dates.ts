import { accepted, type Case, refused } from "../case";
import { days, now } from "../create-certificate";
import {
    intermediateBelow,
    intermediate,
    withIntermediate,
    leafBelow,
    withLeaf,
    root,
    withRoot,
    scenario,
} from "../fixtures";

const AT_NOT_AFTER =
    "expires at notAfter, one second before the other verifiers (RFC 5280, 4.1.2.5, includes notAfter)";

const publicLeaf = (lifetime: number, until: Date, at: Date) => {
    const to = Math.round((until.getTime() - now.getTime()) / (days(1).getTime() - now.getTime()));
    return scenario([leafBelow(intermediate, { from: to - lifetime, to }), intermediate], {
        at,
        public: true,
    });
};

/** Validity and lifetime of every certificate in the chain. */
export const DATE_CASES: Case[] = [
    refused("an expired leaf", ["leaf-expired"], () => withLeaf({ from: -90, to: -1 })),
    refused("a leaf that is valid from tomorrow", ["leaf-not-yet-valid"], () =>
        withLeaf({ from: 1, to: 90 }),
    ),
    accepted("a leaf at notBefore", [], () =>
        scenario([leafBelow(intermediate, { from: 0, to: 90 }), intermediate], { at: now }),
    ),
    accepted(
        "a leaf at notAfter",
        ["expires-soon"],
        () => scenario([leafBelow(intermediate, { from: -90, to: 0 }), intermediate], { at: now }),
        { openssl: AT_NOT_AFTER },
    ),
    refused("a leaf one second after notAfter", ["leaf-expired"], () =>
        scenario([leafBelow(intermediate, { from: -90, to: 0 }), intermediate], {
            at: new Date(now.getTime() + 1000),
        }),
    ),
    refused("an expired intermediate", ["intermediate-expired"], () =>
        withIntermediate({ from: -90, to: -1 }),
    ),
    refused("an intermediate that is valid from tomorrow", ["intermediate-not-yet-valid"], () =>
        withIntermediate({ from: 1, to: 90 }),
    ),
    refused("an expired root", ["root-expired"], () => withRoot({ from: -90, to: -1 }), {
        java: "reads only the name and the key of a root",
    }),
    refused("a root that is valid from tomorrow", ["root-expired"], () => withRoot({ from: 1, to: 90 }), {
        java: "reads only the name and the key of a root",
    }),
    accepted("a fifth of the lifetime is left", ["expires-soon"], () => withLeaf({ from: -80, to: 19 })),
    accepted("more than a fifth of the lifetime is left", [], () => withLeaf({ from: -79, to: 21 })),
    accepted("one day of six is left", ["expires-soon"], () => withLeaf({ from: -5, to: 1 })),
    accepted("two days of six are left", [], () => withLeaf({ from: -4, to: 2 })),
    accepted("an intermediate that expires before the leaf", ["issuer-expires-soon"], () =>
        withIntermediate({ to: 10 }),
    ),
    accepted("an intermediate that expires before the leaf, but not soon", [], () =>
        withIntermediate({ to: 60 }),
    ),
    accepted("826 days from a private authority", ["long-lifetime"], () => withLeaf({ from: -1, to: 825.1 })),
    accepted("399 days from a public authority", ["long-lifetime"], () =>
        publicLeaf(399, new Date("2026-03-01"), new Date("2025-06-01")),
    ),
    accepted("398 days from a public authority, before the limit is reduced", [], () =>
        publicLeaf(398, new Date("2026-03-01"), new Date("2025-06-01")),
    ),
    accepted(
        "398 days from a public authority, expiring after the limit is reduced",
        ["shorter-next-time"],
        () => publicLeaf(398, new Date("2026-12-01"), new Date("2026-03-01")),
    ),
    accepted("47 days from a public authority in 2029", [], () =>
        publicLeaf(47, new Date("2029-06-01"), new Date("2029-05-01")),
    ),
    accepted("issued by a root that is valid for years", [], () => scenario([leafBelow(root)])),
    accepted("an intermediate that was issued now", [], () => {
        const young = intermediateBelow(root, { from: 0 });
        return scenario([leafBelow(young), young], { at: now });
    }),
];
