import { accepted, type Case, refused } from "../case";
import { authorityKeyId, authorityNumber, ecKeys, forged, keyPem } from "../mint";
import { below, intermediate, leaf, leafBelow, root, rootLike, scene, stranger } from "../stage";

const SKID = "2.5.29.14";

/** Completeness, order, belonging together, trust. */
export const CHAIN_CASES: Case[] = [
    refused(
        "the key of another certificate",
        ["key-mismatch"],
        () => scene([leaf, intermediate], { key: keyPem(leafBelow(root, { key: ecKeys() })) }),
        { openssl: "is not shown the key", java: "is not shown the key" },
    ),
    refused("the intermediate is cut off", ["chain-incomplete"], () => scene([leaf])),
    refused("the upper of two intermediates is cut off", ["untrusted"], () => {
        const lower = below(intermediate, { subject: "Lower" });
        return scene([leafBelow(lower), lower]);
    }),
    refused("the intermediate comes first", ["chain-disordered"], () =>
        scene([intermediate, leaf], { key: keyPem(leaf) }),
    ),
    accepted("the intermediates are in the wrong order", ["chain-disordered"], () => {
        const lower = below(intermediate, { subject: "Lower" });
        return scene([leafBelow(lower), intermediate, lower]);
    }),
    refused(
        "a wrong intermediate first, which key identifiers do not tell apart",
        ["wrong-issuer-first"],
        () => scene([leaf, below(root, { without: [SKID] }), intermediate]),
        { go: "tries all that bear the name", java: "tries all that bear the name" },
    ),
    accepted("a wrong intermediate first, told apart by key identifiers", ["unrelated-certificate"], () =>
        scene([leaf, below(root), intermediate]),
    ),
    refused("an intermediate of the same name with another key", ["signature-invalid"], () =>
        scene([leaf, below(root)]),
    ),
    refused("a signature that nobody made", ["signature-invalid"], () => scene([forged(leaf), intermediate])),
    refused(
        "the leaf names another key of the issuer",
        ["key-identifier-mismatch"],
        () => {
            const end = leafBelow(intermediate, { with: [authorityKeyId(stranger)] });
            return scene([end, intermediate]);
        },
        { go: "only prefers by key identifiers, and goes by the signature", java: "goes by the signature" },
    ),
    refused(
        "the leaf names another serial number of the issuer",
        ["key-identifier-mismatch"],
        () => {
            const end = leafBelow(intermediate, {
                with: [authorityNumber(intermediate, root, Buffer.from([5]))],
            });
            return scene([end, intermediate]);
        },
        { go: "does not look at the issuer's serial number", java: "goes by the signature" },
    ),
    accepted("the leaf names the serial number of its issuer", [], () => {
        const end = leafBelow(intermediate, { with: [authorityNumber(intermediate, root)] });
        return scene([end, intermediate]);
    }),
    accepted("the same certificate twice", ["duplicate-certificate"], () =>
        scene([leaf, intermediate, intermediate]),
    ),
    accepted("a certificate of somebody else", ["unrelated-certificate"], () =>
        scene([leaf, intermediate, stranger]),
    ),
    accepted("the root at the end", ["needless-root"], () => scene([leaf, intermediate, root])),
    accepted("the root that issued the leaf at the end", ["needless-root"], () =>
        scene([leafBelow(root), root]),
    ),
    refused("a root that clients do not have", ["untrusted"], () =>
        scene([leaf, intermediate], { roots: [stranger] }),
    ),
    refused("another root of the same name", ["untrusted"], () =>
        scene([leaf, intermediate], { roots: [rootLike({})] }),
    ),
    accepted("the root in another edition", [], () =>
        scene([leaf, intermediate], { roots: [rootLike({ key: root })] }),
    ),
    accepted(
        "clients trust the intermediate only",
        ["trust-without-root"],
        () => scene([leaf, intermediate], { roots: [intermediate] }),
        {
            openssl: "wants a chain up to a root that signed itself (Python 3.13 does not: partial chains)",
            node: "wants a chain up to a root that signed itself",
        },
    ),
    accepted("a leaf that signed itself, given to clients", ["self-signed"], () => {
        const own = leafBelow(undefined);
        return scene([own], { roots: [own] });
    }),
    refused("a leaf that signed itself", ["untrusted", "self-signed"], () => scene([leafBelow(undefined)])),
    accepted("a cross-signed edition of the root, expired", [], () => {
        const crossed = below(stranger, { subject: "Test root", key: root, from: -300, to: -10 });
        return scene([leaf, intermediate, crossed]);
    }),
];
