import { z } from "zod";

/** The service that is verified, and what is declared about it. */
export interface VerifyTarget {
    /** Where to POST: `https://…/score`. Plain `http://` when TLS is disabled. */
    scoringUri: string;
    /** The name that Azure gave; a custom domain must lead to it. */
    fqdn?: string;
    ipAddress?: string;
    /** What to tell a person whose record is missing. */
    dnsRecord?: { name: string; type: string; value: string; ttl?: number };
    /** Of the certificate that the stack deployed. */
    fingerprint?: string;
    /** PEM of the private authority that clients are told to trust. */
    authority?: string;
    /** Scoring key. Secret. */
    key?: string;
    /** Whether a key is to be demanded; undefined: nobody said. */
    keysExpected?: boolean;
}

const Outputs = z.object({
    scoringUri: z.url({ protocol: /^https?$/ }),
    fqdn: z.string().optional(),
    ipAddress: z.string().optional(),
    dnsRecord: z
        .object({ name: z.string(), type: z.string(), value: z.string(), ttl: z.number().optional() })
        .optional(),
    certificate: z
        .object({ fingerprint: z.string().optional(), authority: z.string().optional() })
        .optional(),
    keys: z.object({ primary: z.string() }).optional(),
});

/**
 * Reads what `pulumi stack output --json --show-secrets` printed.
 *
 * @throws Error that names the outputs that are missing or wrong, never their values
 */
export function targetOfOutputs(outputs: unknown): VerifyTarget {
    const parsed = Outputs.safeParse(outputs);
    if (!parsed.success) {
        const paths = parsed.error.issues.map(issue => issue.path.join(".") || "(all)");
        throw new Error(
            `The outputs of the stack do not describe a service (${[...new Set(paths)].join(", ")}). ` +
                "Deploy it first: npm run up, or pulumi up.",
        );
    }
    const { certificate, keys, ...rest } = parsed.data;
    return {
        ...rest,
        fingerprint: certificate?.fingerprint,
        authority: certificate?.authority,
        key: keys?.primary,
        keysExpected: keys !== undefined,
    };
}

/** @throws Error when it is no http or https address, or holds a user name or password */
export function targetOfUrl(text: string): VerifyTarget {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) {
        throw new Error("The address must look like https://score.contoso.com/score.");
    }
    if (url.username || url.password) throw new Error("The address must not hold a user name or a password.");
    return { scoringUri: url.href };
}
