import type { GeneralName } from "@peculiar/asn1-x509";
import type { Scenario } from "./case";
import {
    type TestCertificate,
    type CertificateOptions,
    authorityCertificate,
    dns,
    ecKeys,
    rsaKeys,
    serverCertificate,
} from "./create-certificate";

export const HOST = "score.contoso.test";
export const NAMES: GeneralName[] = [dns(HOST)];

/** The validity of authorities includes the validity of the certificates that they issue. */
const LONG = { from: -4000, to: 4000 };

/** The default key of all leaves. */
export const LEAF_KEY = ecKeys();
/** Shared, because generating RSA keys is slow. */
export const RSA_KEYS = rsaKeys();

export const root = authorityCertificate({ subject: "Test root", ...LONG });
export const intermediate = intermediateBelow(root);
export const leaf = leafBelow(intermediate);
export const otherRoot = authorityCertificate({ subject: "Other root", ...LONG });

export function intermediateBelow(
    issuer: TestCertificate,
    options: CertificateOptions = {},
): TestCertificate {
    return authorityCertificate({ subject: "Test intermediate", issuer, ...LONG, ...options });
}

export function testRoot(options: CertificateOptions): TestCertificate {
    return authorityCertificate({ subject: "Test root", ...LONG, ...options });
}

export function leafBelow(
    issuer: TestCertificate | undefined,
    options: CertificateOptions = {},
    names = NAMES,
): TestCertificate {
    return serverCertificate(names, { key: LEAF_KEY, issuer, ...options });
}

/** A chain for clients that trust the test root and connect to HOST. */
export function scenario(chain: TestCertificate[], more: Partial<Scenario> = {}): Scenario {
    return { chain, roots: [root], hostname: HOST, ...more };
}

/** A chain with a leaf that has these options. */
export function withLeaf(options: CertificateOptions, names = NAMES): Scenario {
    return scenario([leafBelow(intermediate, options, names), intermediate]);
}

/** A chain with an intermediate that has these options. */
export function withIntermediate(
    options: CertificateOptions,
    leafOptions: CertificateOptions = {},
    names = NAMES,
): Scenario {
    const issuer = intermediateBelow(root, options);
    return scenario([leafBelow(issuer, leafOptions, names), issuer]);
}

/** A chain with a root that has these options. */
export function withRoot(options: CertificateOptions): Scenario {
    const top = testRoot(options);
    const issuer = intermediateBelow(top);
    return scenario([leafBelow(issuer), issuer], { roots: [top] });
}
