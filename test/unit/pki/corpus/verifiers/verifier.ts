import type { VerifierName, Scenario } from "../case";

/** The verdict on one scenario: the reason for a refusal, or an empty string. Undefined when this verifier cannot check the scenario. */
export type Verdict = string | undefined;

/** An independent implementation of certificate verification. */
export interface Verifier {
    name: VerifierName;
    /** Takes all scenarios at once, because starting the program takes the most time. Throws when the program is missing. */
    verify: (scenarios: Scenario[]) => Promise<Verdict[]>;
}
