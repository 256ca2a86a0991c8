import type { TestCertificate } from "./create-certificate";

export type VerifierName = "openssl" | "node" | "python" | "go" | "java";

/** A certificate chain and its clients, judged by the code under test and by the verifiers. */
export interface Scenario {
    /** The certificates in file order. */
    chain: TestCertificate[];
    /** PEM of the private key. Default: the key of the first certificate. */
    key?: string;
    /** The root certificates that clients trust. */
    roots: TestCertificate[];
    hostname: string;
    /** Default: now. Verifiers whose clock cannot be set skip a scenario with another time. */
    at?: Date;
    /** Our code does not know which roots clients trust. */
    trustUnknown?: true;
    /** The roots are public authorities. Affects only the code under test. */
    public?: true;
}

export interface Case {
    /** The property that distinguishes this case. */
    name: string;
    /** The codes of the expected findings, in order. */
    codes: string[];
    /** No finding is an error. */
    valid: boolean;
    /** The verifiers with a different verdict, and the reason in one line. */
    differences?: Partial<Record<VerifierName, string>>;
    scenario: () => Scenario;
}

/** A case without errors. Findings are warnings or information. */
export function accepted(
    name: string,
    codes: string[],
    scenario: () => Scenario,
    differences?: Case["differences"],
): Case {
    return { name, codes, valid: true, differences, scenario };
}

/** A case with an error among the findings. */
export function refused(
    name: string,
    codes: string[],
    scenario: () => Scenario,
    differences?: Case["differences"],
): Case {
    return { name, codes, valid: false, differences, scenario };
}
