import { accepted, type Case, refused } from "../case";
import {
    authorityKeyId,
    authorityKeyIdWithSerial,
    ecKeys,
    withInvalidSignature,
    keyPem,
    subjectKeyId,
} from "../create-certificate";
import {
    LEAF_KEY,
    intermediateBelow,
    intermediate,
    leaf,
    leafBelow,
    withLeaf,
    root,
    testRoot,
    scenario,
    otherRoot,
} from "../fixtures";

const SKID = "2.5.29.14";

/** Completeness, order, signatures and trust. */
export const CHAIN_CASES: Case[] = [
    refused(
        "the key of another certificate",
        ["key-mismatch"],
        () => scenario([leaf, intermediate], { key: keyPem(leafBelow(root, { key: ecKeys() })) }),
        { openssl: "does not check the key", java: "does not check the key" },
    ),
    refused("the intermediate is missing", ["chain-incomplete"], () => scenario([leaf])),
    refused("the upper of two intermediates is missing", ["untrusted"], () => {
        const lower = intermediateBelow(intermediate, { subject: "Lower" });
        return scenario([leafBelow(lower), lower]);
    }),
    refused("the intermediate comes first", ["chain-disordered"], () =>
        scenario([intermediate, leaf], { key: keyPem(leaf) }),
    ),
    accepted("the intermediates are in the wrong order", ["chain-disordered"], () => {
        const lower = intermediateBelow(intermediate, { subject: "Lower" });
        return scenario([leafBelow(lower), intermediate, lower]);
    }),
    refused(
        "a wrong intermediate first, without key identifiers that exclude it",
        ["wrong-issuer-first"],
        () => scenario([leaf, intermediateBelow(root, { without: [SKID] }), intermediate]),
        { go: "tries all issuers with the name", java: "tries all issuers with the name" },
    ),
    accepted("a wrong intermediate first, excluded by key identifiers", ["unrelated-certificate"], () =>
        scenario([leaf, intermediateBelow(root), intermediate]),
    ),
    refused("an intermediate of the same name with another key", ["signature-invalid"], () =>
        scenario([leaf, intermediateBelow(root)]),
    ),
    refused("an invalid signature", ["signature-invalid"], () =>
        scenario([withInvalidSignature(leaf), intermediate]),
    ),
    refused(
        "the leaf names another key of the issuer",
        ["key-identifier-mismatch"],
        () => {
            const end = leafBelow(intermediate, { with: [authorityKeyId(otherRoot)] });
            return scenario([end, intermediate]);
        },
        { go: "uses key identifiers only to order candidates", java: "checks only the signature" },
    ),
    refused(
        "the leaf names another serial number of the issuer",
        ["key-identifier-mismatch"],
        () => {
            const end = leafBelow(intermediate, {
                with: [authorityKeyIdWithSerial(intermediate, root, Buffer.from([5]))],
            });
            return scenario([end, intermediate]);
        },
        { go: "does not check the issuer's serial number", java: "checks only the signature" },
    ),
    accepted("the leaf names the serial number of its issuer", [], () => {
        const end = leafBelow(intermediate, { with: [authorityKeyIdWithSerial(intermediate, root)] });
        return scenario([end, intermediate]);
    }),
    accepted("the same certificate twice", ["duplicate-certificate"], () =>
        scenario([leaf, intermediate, intermediate]),
    ),
    accepted("an unrelated certificate", ["unrelated-certificate"], () =>
        scenario([leaf, intermediate, otherRoot]),
    ),
    accepted("the root at the end", ["needless-root"], () => scenario([leaf, intermediate, root])),
    accepted("the root that issued the leaf at the end", ["needless-root"], () =>
        scenario([leafBelow(root), root]),
    ),
    refused("a root that clients do not trust", ["untrusted"], () =>
        scenario([leaf, intermediate], { roots: [otherRoot] }),
    ),
    refused("another root of the same name", ["untrusted"], () =>
        scenario([leaf, intermediate], { roots: [testRoot({})] }),
    ),
    accepted("another certificate of the root with the same key", [], () =>
        scenario([leaf, intermediate], { roots: [testRoot({ key: root })] }),
    ),
    accepted(
        "clients trust the intermediate only",
        ["trust-without-root"],
        () => scenario([leaf, intermediate], { roots: [intermediate] }),
        {
            openssl: "requires a self-signed root (Python 3.13 accepts partial chains)",
            node: "requires a self-signed root",
        },
    ),
    accepted("a self-signed leaf that clients trust", ["self-signed"], () => {
        const own = leafBelow(undefined);
        return scenario([own], { roots: [own] });
    }),
    refused(
        "a leaf with the subject of its issuer, without its own key identifier",
        ["same-subject-as-issuer"],
        () => withLeaf({ subject: "Test intermediate" }),
        { go: "compares keys as well", java: "compares keys as well" },
    ),
    accepted(
        "a leaf with the subject of its issuer and both key identifiers",
        ["same-subject-as-issuer"],
        () => withLeaf({ subject: "Test intermediate", with: [subjectKeyId(LEAF_KEY.publicKey)] }),
    ),
    accepted(
        "an issuer whose name has another type of string",
        ["name-encoding-differs"],
        () => {
            const issuer = intermediateBelow(root, { subject: { "2.5.4.3": "TEST  intermediate" } });
            return scenario([leafBelow({ ...issuer, name: intermediate.name }), issuer]);
        },
        { go: "compares the encodings of names" },
    ),
    accepted("an expired and a valid edition of the root among the roots", [], () =>
        scenario([leaf, intermediate], { roots: [testRoot({ key: root, from: -300, to: -10 }), root] }),
    ),
    accepted("trust is not checked", ["trust-not-checked"], () =>
        scenario([leaf, intermediate], { trustUnknown: true }),
    ),
    refused("a self-signed leaf", ["untrusted", "self-signed"], () => scenario([leafBelow(undefined)])),
    accepted("an expired cross-signed certificate of the root", ["expired-cross-signed-root"], () => {
        const crossed = intermediateBelow(otherRoot, {
            subject: "Test root",
            key: root,
            from: -300,
            to: -10,
        });
        return scenario([leaf, intermediate, crossed]);
    }),
];
