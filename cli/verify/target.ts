import { z } from "zod";

/** The service to verify, and what its stack declares about it. */
export interface VerifyTarget {
    /** Where to POST: `https://…/score`. Plain `http://` when TLS is disabled. */
    scoringUri: string;
    /** The Azure name. A custom domain must resolve through it. */
    fqdn?: string;
    ipAddress?: string;
    /** The DNS record to create, for the advice when it is missing. */
    dnsRecord?: { name: string; type: string; value: string; ttl?: number };
    /** SHA-256 fingerprint of the deployed certificate. */
    fingerprint?: string;
    /** PEM of the private authority that clients must trust. */
    authority?: string;
    /** Scoring key. Secret. */
    key?: string;
    /** Whether the service must require a key; undefined if unknown. */
    keysExpected?: boolean;
    /** Whether the stack declares that plain HTTP answers too (`allowPlainHttp`). */
    plainHttpAllowed?: boolean;
    /** The images of front and issuer. */
    images?: { front?: DeployedImage; issuer?: DeployedImage };
}

export interface DeployedImage {
    /** As deployed: with a digest, or with a tag. */
    image: string;
    /** The default image with its tag. Absent for an image of the user. */
    tagged?: string;
}

const scoringUri = z.url({ protocol: /^https?$/ });
const record = z.object({
    name: z.string(),
    type: z.string(),
    value: z.string(),
    ttl: z.number().optional(),
});
const key = z.object({ primary: z.string() });
const image = z.object({ image: z.string(), tagged: z.string().optional() });
const common = {
    images: z.object({ front: image.optional(), issuer: image.optional() }).optional(),
    fqdn: z.string().optional(),
    ipAddress: z.string().optional(),
    certificate: z
        .object({ fingerprint: z.string().optional(), authority: z.string().optional() })
        .optional(),
};
/** Outputs of a stack with one model on Container Instances. */
const OneModel = z.object({
    ...common,
    scoringUri,
    dnsRecord: record.optional(),
    keys: key.optional(),
});
/** Outputs of a stack with named models on Kubernetes. */
const ManyModels = z.object({
    ...common,
    services: z.record(z.string(), z.object({ scoringUri, plainHttp: z.object({ scoringUri }).optional() })),
    dnsRecords: z.array(record).optional(),
    keys: z.record(z.string(), key).optional(),
});

/**
 * Reads the output of `pulumi stack output --json --show-secrets`.
 *
 * @returns the services by model name; the name of the single service on Container Instances is empty
 * @throws Error with the names of missing or invalid outputs, never their values
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
        `The stack has no valid outputs of a service (${[...new Set(paths)].join(", ")}). ` +
            "Deploy it first: npm run up, or pulumi up.",
    );
}

function ofOneModel({ certificate, keys, ...rest }: z.output<typeof OneModel>): Map<string, VerifyTarget> {
    return new Map([["", { ...rest, ...certificate, key: keys?.primary, keysExpected: keys !== undefined }]]);
}

function ofManyModels(outputs: z.output<typeof ManyModels>): Map<string, VerifyTarget> {
    const { services, dnsRecords = [], keys = {}, certificate, fqdn, ipAddress, images } = outputs;
    return new Map(
        Object.entries(services).map(([model, { scoringUri, plainHttp }]): [string, VerifyTarget] => {
            const { hostname } = new URL(scoringUri);
            const dnsRecord = dnsRecords.find(({ name }) => name === hostname);
            const shared = { fqdn, ipAddress, ...(images && { images }), ...(dnsRecord && { dnsRecord }) };
            const key = keys[model]?.primary;
            const expected = { keysExpected: key !== undefined, plainHttpAllowed: plainHttp !== undefined };
            return [model, { scoringUri, ...shared, ...certificate, key, ...expected }];
        }),
    );
}

/** @throws Error if the address is not http or https, or contains a user name or password */
export function targetOfUrl(text: string): VerifyTarget {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) {
        throw new Error("--url: not an http or https address. Example: https://score.contoso.com/score.");
    }
    if (url.username || url.password)
        throw new Error("--url: remove the user name and password from the address.");
    return { scoringUri: url.href };
}
