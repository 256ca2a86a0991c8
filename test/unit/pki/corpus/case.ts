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
    /** The roots are public authorities. Affects only the code under test. */
    public?: true;
}

export interface Case {
    /** The property that distinguishes this case. */
    name: string;
    /** The expected codes, in order. */
    finds: string[];
    /** No finding is an error. */
    valid: boolean;
    /** The verifiers with a different verdict, and the reason in one line. */
    differs?: Partial<Record<VerifierName, string>>;
    scenario: () => Scenario;
}

/** A case without errors. Findings are warnings or information. */
export function accepted(
    name: string,
    finds: string[],
    scenario: () => Scenario,
    differs?: Case["differs"],
): Case {
    return { name, finds, valid: true, differs, scenario };
}

export function refused(
    name: string,
    finds: string[],
    scenario: () => Scenario,
    differs?: Case["differs"],
): Case {
    return { name, finds, valid: false, differs, scenario };
}
