import { accepted, type Case } from "../case";
import { ecKeys, ecdsa, pss, rsa } from "../create-certificate";
import {
    RSA_KEYS,
    intermediateBelow,
    intermediate,
    leaf,
    leafBelow,
    withLeaf,
    root,
    scenario,
} from "../fixtures";

const PSS_SHA256 =
    "3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120";

/** Chains without findings that all verifiers accept. */
export const GOOD: Case[] = [
    accepted("leaf and intermediate", [], () => scenario([leaf, intermediate])),
    accepted("a trusted root issued the leaf", [], () => scenario([leafBelow(root)])),
    accepted("two intermediates", [], () => {
        const lower = intermediateBelow(intermediate, { subject: "Lower" });
        return scenario([leafBelow(lower), lower, intermediate]);
    }),
    accepted("RSA 2048 for leaf and intermediate", [], () => {
        const top = intermediateBelow(root, { key: RSA_KEYS });
        return scenario([leafBelow(top, { key: RSA_KEYS }), top]);
    }),
    accepted("P-384 signed with SHA-384", [], () => {
        const top = intermediateBelow(root, { key: ecKeys("P-384") });
        const signature = ecdsa("sha384", "1.2.840.10045.4.3.3");
        return scenario([leafBelow(top, { key: ecKeys("P-384"), signature }), top]);
    }),
    accepted("signed with RSASSA-PSS and SHA-256", [], () => {
        const top = intermediateBelow(root, { key: RSA_KEYS });
        return scenario([leafBelow(top, { signature: pss("sha256", PSS_SHA256) }), top]);
    }),
    accepted("signed with RSA and SHA-512", [], () => {
        const top = intermediateBelow(root, { key: RSA_KEYS });
        return scenario([leafBelow(top, { signature: rsa("sha512", "1.2.840.113549.1.1.13") }), top]);
    }),
    accepted("no extended key usage", [], () => withLeaf({ without: ["2.5.29.37"] })),
    accepted("no key usage", [], () => withLeaf({ without: ["2.5.29.15"] })),
    accepted("no basic constraints in the leaf", [], () => withLeaf({ without: ["2.5.29.19"] })),
    accepted("825 days from a private authority", [], () => withLeaf({ from: -1, to: 824 })),
    accepted("the smallest and the largest serial number", [], () => {
        const largest = Buffer.concat([Buffer.from([0x7f]), Buffer.alloc(19, 0xff)]);
        const lower = intermediateBelow(intermediate, { subject: "Lower", serial: largest });
        return scenario([leafBelow(lower, { serial: Buffer.from([1]) }), lower, intermediate]);
    }),
];
