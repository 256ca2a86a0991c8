import { accepted, type Case } from "../case";
import { ecKeys, ecdsa, pss, rsa } from "../mint";
import { RSA_KEYS, below, intermediate, leaf, leafBelow, leafWith, root, scene } from "../stage";

const PSS_SHA256 =
    "3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120";

/** Nothing to say, for nobody. */
export const GOOD: Case[] = [
    accepted("leaf and intermediate", [], () => scene([leaf, intermediate])),
    accepted("a root that clients have issued the leaf", [], () => scene([leafBelow(root)])),
    accepted("two intermediates", [], () => {
        const lower = below(intermediate, { subject: "Lower" });
        return scene([leafBelow(lower), lower, intermediate]);
    }),
    accepted("RSA 2048 everywhere", [], () => {
        const top = below(root, { key: RSA_KEYS });
        return scene([leafBelow(top, { key: RSA_KEYS }), top]);
    }),
    accepted("P-384 signed with SHA-384", [], () => {
        const top = below(root, { key: ecKeys("P-384") });
        const signature = ecdsa("sha384", "1.2.840.10045.4.3.3");
        return scene([leafBelow(top, { key: ecKeys("P-384"), signature }), top]);
    }),
    accepted("signed with RSASSA-PSS and SHA-256", [], () => {
        const top = below(root, { key: RSA_KEYS });
        return scene([leafBelow(top, { signature: pss("sha256", PSS_SHA256) }), top]);
    }),
    accepted("signed with RSA and SHA-512", [], () => {
        const top = below(root, { key: RSA_KEYS });
        return scene([leafBelow(top, { signature: rsa("sha512", "1.2.840.113549.1.1.13") }), top]);
    }),
    accepted("no extended key usage at all", [], () => leafWith({ without: ["2.5.29.37"] })),
    accepted("no key usage at all", [], () => leafWith({ without: ["2.5.29.15"] })),
    accepted("no basic constraints in the leaf", [], () => leafWith({ without: ["2.5.29.19"] })),
    accepted("825 days from a private authority", [], () => leafWith({ from: -1, to: 824 })),
    accepted("the smallest and the largest serial number", [], () => {
        const largest = Buffer.concat([Buffer.from([0x7f]), Buffer.alloc(19, 0xff)]);
        const lower = below(intermediate, { subject: "Lower", serial: largest });
        return scene([leafBelow(lower, { serial: Buffer.from([1]) }), lower, intermediate]);
    }),
];
