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

const scoringUri = z.url({ protocol: /^https?$/ });
const record = z.object({
    name: z.string(),
    type: z.string(),
    value: z.string(),
    ttl: z.number().optional(),
});
const key = z.object({ primary: z.string() });
const common = {
    fqdn: z.string().optional(),
    ipAddress: z.string().optional(),
    certificate: z
        .object({ fingerprint: z.string().optional(), authority: z.string().optional() })
        .optional(),
};
/** One model, on Container Instances. */
const OneModel = z.object({
    ...common,
    scoringUri,
    dnsRecord: record.optional(),
    keys: key.optional(),
});
/** Models by name, on Kubernetes. */
const ManyModels = z.object({
    ...common,
    services: z.record(z.string(), z.object({ scoringUri })),
    dnsRecords: z.array(record).optional(),
    keys: z.record(z.string(), key).optional(),
});

/**
 * Reads what `pulumi stack output --json --show-secrets` printed.
 *
 * @returns the services of the stack by the names of their models; the one of Container Instances has no name
 * @throws Error that names the outputs that are missing or wrong, never their values
 */
export function targetsOfOutputs(outputs: unknown): Map<string, VerifyTarget> {
    const many = typeof outputs === "object" && outputs !== null && "services" in outputs;
    return many ? ofManyModels(read(ManyModels, outputs)) : ofOneModel(read(OneModel, outputs));
}

function read<Schema extends z.ZodType>(schema: Schema, outputs: unknown): z.output<Schema> {
    const parsed = schema.safeParse(outputs);
    if (parsed.success) return parsed.data;
    const paths = parsed.error.issues.map(issue => issue.path.join(".") || "(all)");
    throw new Error(
        `The outputs of the stack do not describe a service (${[...new Set(paths)].join(", ")}). ` +
            "Deploy it first: npm run up, or pulumi up.",
    );
}

function ofOneModel({ certificate, keys, ...rest }: z.output<typeof OneModel>): Map<string, VerifyTarget> {
    return new Map([["", { ...rest, ...certificate, key: keys?.primary, keysExpected: keys !== undefined }]]);
}

function ofManyModels(outputs: z.output<typeof ManyModels>): Map<string, VerifyTarget> {
    const { services, dnsRecords = [], keys = {}, certificate, fqdn, ipAddress } = outputs;
    return new Map(
        Object.entries(services).map(([model, { scoringUri }]): [string, VerifyTarget] => {
            const { hostname } = new URL(scoringUri);
            const dnsRecord = dnsRecords.find(({ name }) => name === hostname);
            const names = { fqdn, ipAddress, ...(dnsRecord && { dnsRecord }) };
            const key = keys[model]?.primary;
            return [model, { scoringUri, ...names, ...certificate, key, keysExpected: key !== undefined }];
        }),
    );
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
