import { accepted, type Case, refused } from "../case";
import { days, now } from "../mint";
import { below, intermediate, intermediateWith, leafBelow, leafWith, root, rootWith, scene } from "../stage";

const AT_THE_END = "is at its end at notAfter, a second before the rest (RFC 5280, 4.1.2.5, counts it in)";

const publicLeaf = (lifetime: number, until: Date, at: Date) => {
    const to = Math.round((until.getTime() - now.getTime()) / (days(1).getTime() - now.getTime()));
    return scene([leafBelow(intermediate, { from: to - lifetime, to }), intermediate], { at, public: true });
};

/** Validity and lifetime of every link. */
export const DATE_CASES: Case[] = [
    refused("expired", ["leaf-expired"], () => leafWith({ from: -90, to: -1 })),
    refused("valid from tomorrow on", ["leaf-not-yet-valid"], () => leafWith({ from: 1, to: 90 })),
    accepted("at its first second", [], () =>
        scene([leafBelow(intermediate, { from: 0, to: 90 }), intermediate], { at: now }),
    ),
    accepted(
        "at its last second",
        ["expires-soon"],
        () => scene([leafBelow(intermediate, { from: -90, to: 0 }), intermediate], { at: now }),
        { openssl: AT_THE_END },
    ),
    refused("a second after its last", ["leaf-expired"], () =>
        scene([leafBelow(intermediate, { from: -90, to: 0 }), intermediate], {
            at: new Date(now.getTime() + 1000),
        }),
    ),
    refused("an expired intermediate", ["intermediate-expired"], () =>
        intermediateWith({ from: -90, to: -1 }),
    ),
    refused("an intermediate of tomorrow", ["intermediate-not-yet-valid"], () =>
        intermediateWith({ from: 1, to: 90 }),
    ),
    refused("an expired root", ["root-expired"], () => rootWith({ from: -90, to: -1 }), {
        java: "reads nothing but name and key of a root",
    }),
    refused("a root of tomorrow", ["root-expired"], () => rootWith({ from: 1, to: 90 }), {
        java: "reads nothing but name and key of a root",
    }),
    accepted("a fifth of the life is left", ["expires-soon"], () => leafWith({ from: -80, to: 19 })),
    accepted("more than a fifth of the life is left", [], () => leafWith({ from: -79, to: 21 })),
    accepted("a day is left of six", ["expires-soon"], () => leafWith({ from: -5, to: 1 })),
    accepted("two days are left of six", [], () => leafWith({ from: -4, to: 2 })),
    accepted("826 days from a private authority", ["long-lifetime"], () => leafWith({ from: -1, to: 825.1 })),
    accepted("399 days from a public authority", ["long-lifetime"], () =>
        publicLeaf(399, new Date("2026-03-01"), new Date("2025-06-01")),
    ),
    accepted("398 days from a public authority, before the limits shrink", [], () =>
        publicLeaf(398, new Date("2026-03-01"), new Date("2025-06-01")),
    ),
    accepted("398 days from a public authority, until the limits have shrunk", ["shorter-next-time"], () =>
        publicLeaf(398, new Date("2026-12-01"), new Date("2026-03-01")),
    ),
    accepted("47 days from a public authority in 2029", [], () =>
        publicLeaf(47, new Date("2029-06-01"), new Date("2029-05-01")),
    ),
    accepted("a root issued it, with years to go", [], () => scene([leafBelow(root)])),
    accepted("a young intermediate", [], () => {
        const young = below(root, { from: 0 });
        return scene([leafBelow(young), young], { at: now });
    }),
];
