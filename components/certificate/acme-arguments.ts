import type * as pulumi from "@pulumi/pulumi";
import { readCertificates } from "../pki";
import type { ArgumentCheck } from "../shared/argument-check";
import type { Rule } from "../shared/rules";
import { wholeNumber } from "../shared/rules/numbers";
import * as text from "../shared/rules/text";

/** How the authority finds out that a name is yours (RFC 8555, section 8). */
export enum AcmeChallenge {
    /** It asks the service itself, on port 80: the name has to lead there, from the whole internet. */
    Http01 = "Http01",
    /** It looks for a TXT record in the Azure DNS zone `dns.zoneName`: works before the name leads anywhere, and behind closed ports. */
    Dns01 = "Dns01",
}

/** Ties the ACME account to one that you have with the authority (RFC 8555, section 7.3.4). */
export interface ExternalAccountBindingArgs {
    /** The key's identifier, from the authority. */
    keyId: pulumi.Input<string>;
    /** The key itself, in the Base64 for addresses (base64url, RFC 4648, section 5), as authorities hand it out. Secret. */
    hmacKey: pulumi.Input<string>;
}

/**
 * The certificate authority that issues and renews the certificate by itself (ACME, RFC 8555). Account and certificate are kept on
 * an Azure Files share (Container Instances) or a claim (Kubernetes) of the service's own. It outlives containers, images and
 * revisions; it goes with the component, and when `mode` is no longer `Auto`: what comes after that is ordered anew, which
 * public authorities allow a few times a week.
 */
export interface AcmeArgs {
    /**
     * The authority's directory.
     * @default "https://acme-v02.api.letsencrypt.org/directory" (Let's Encrypt)
     * @example "https://acme-staging-v02.api.letsencrypt.org/directory"
     */
    directoryUrl?: pulumi.Input<string>;
    /**
     * Whom the authority may write to.
     * @default nobody
     * @example "certificates@contoso.com"
     */
    email?: pulumi.Input<string>;
    /**
     * How the authority finds out that the names are yours.
     * @default AcmeChallenge.Dns01 when `dns.zoneName` is set, AcmeChallenge.Http01 otherwise
     */
    challenge?: AcmeChallenge;
    /**
     * For authorities that ask for an account of theirs.
     * @default none
     */
    externalAccountBinding?: ExternalAccountBindingArgs;
    /**
     * PEM root certificates to trust when talking to a private authority's directory.
     * @default the public ones
     */
    certificateAuthority?: pulumi.Input<string>;
    /**
     * The image of the ACME client lego, version 5, which keeps the certificate new.
     * @default "docker.io/goacme/lego:v5.5.2"
     * @example "contoso.azurecr.io/lego@sha256:…"
     */
    image?: pulumi.Input<string>;
    /**
     * How long an update may wait for the certificate, in seconds. Then it warns and ends; the certificate comes without it.
     * On Kubernetes with `Dns01` it fails then, and the fronts that serve stay as they are. 0 does not wait: for machines that
     * cannot reach the service.
     * @default 300
     */
    waitSeconds?: number;
}

/** The authority, checked, with defaults in place. */
export interface AcmeSettings extends AcmeArgs {
    directoryUrl: pulumi.Input<string>;
    challenge: AcmeChallenge;
    image: pulumi.Input<string>;
    waitSeconds: number;
}

const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";
const DAY_SECONDS = 86_400;
const WAIT_SECONDS = 300;
const LEGO_IMAGE = "docker.io/goacme/lego:v5.5.2";

/** @param zoneName the zone that `Dns01` writes to, as far as there is one */
export function readAcme(
    check: ArgumentCheck,
    acme: AcmeArgs = {},
    zoneName: pulumi.Input<string> | undefined,
): AcmeSettings {
    const at = "tls.acme";
    const { directoryUrl = LETS_ENCRYPT, image = LEGO_IMAGE, waitSeconds = WAIT_SECONDS } = acme;
    check.known(`${at}.waitSeconds`, waitSeconds, wholeNumber(0, DAY_SECONDS, "seconds"));
    check.oneOf(`${at}.challenge`, acme.challenge, AcmeChallenge);
    const challenge = acme.challenge ?? (zoneName === undefined ? AcmeChallenge.Http01 : AcmeChallenge.Dns01);
    if (challenge === AcmeChallenge.Dns01 && zoneName === undefined) {
        check.report(
            `${at}.challenge`,
            "Dns01 writes to an Azure DNS zone, and there is none; name it in dns.zoneName, or use Http01",
        );
    }
    return {
        directoryUrl: check.input(`${at}.directoryUrl`, directoryUrl, directoryProblem),
        email: check.optionalInput(`${at}.email`, acme.email, text.email),
        challenge,
        externalAccountBinding: readBinding(check, `${at}.externalAccountBinding`, acme),
        certificateAuthority: check.optionalInput(
            `${at}.certificateAuthority`,
            acme.certificateAuthority,
            authorityProblem,
        ),
        image: check.input(`${at}.image`, image, text.image),
        waitSeconds,
    };
}

function readBinding(
    check: ArgumentCheck,
    path: string,
    { externalAccountBinding: binding }: AcmeArgs,
): ExternalAccountBindingArgs | undefined {
    if (!binding) return undefined;
    return {
        keyId: check.required(`${path}.keyId`, binding.keyId, "key and identifier belong together", keyId),
        hmacKey: check.required(
            `${path}.hmacKey`,
            binding.hmacKey,
            "key and identifier belong together",
            hmacKey,
        ),
    };
}

/** Account and orders travel to it, so only HTTPS will do (RFC 8555, section 6.1). */
const directoryProblem: Rule<string> = value => {
    const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
    const asked = `give the address of the authority's directory, like ${LETS_ENCRYPT}`;
    if (!url || url.hostname === "") return `is ${JSON.stringify(value)}; ${asked}`;
    // Its own text would repeat them.
    if (url.username !== "" || url.password !== "") return `holds a user name or password; ${asked}`;
    if (url.protocol !== "https:") return `is ${JSON.stringify(value)}, and ACME needs https; ${asked}`;
    return undefined;
};

const authorityProblem: Rule<string> = value => {
    if (typeof value !== "string") return "is no text; give the authority's root certificates as PEM";
    const [problem] = readCertificates(value).findings;
    return problem && `${problem.code}: ${problem.message} Give the authority's root certificates as PEM.`;
};

const keyId: Rule<string> = value =>
    typeof value === "string" && /^[!-~]+$/.test(value)
        ? undefined
        : "is empty or has spaces; give the key's identifier as the authority tells it";

const hmacKey: Rule<string> = value =>
    typeof value === "string" && /^[A-Za-z0-9_-]{16,}$/.test(value)
        ? undefined
        : "is no key; give it as the authority tells it (Base64 for addresses: letters, digits, '-' and '_', no '=')";

/** Names that no public authority can find (RFC 2606, RFC 6761, RFC 6762). */
const PRIVATE_DOMAIN = /\.(test|example|invalid|localhost|local|internal|lan|home\.arpa)$/;
/** Let's Encrypt, "Rate limits" and its issuance policy: names of one certificate, parts of one name. */
const MOST_NAMES = 100;
const MOST_LABELS = 10;

/** Why a public authority would refuse, or may: clients do not notice, so it is only said. */
export function acmeNameWarnings(
    { certificateAuthority }: AcmeSettings,
    hostnames: readonly string[],
): string[] {
    // A private authority has rules of its own.
    if (certificateAuthority !== undefined) return [];
    const warnings = hostnames.flatMap(name => {
        if (PRIVATE_DOMAIN.test(name))
            return [`${name} is no name of the internet: a public authority cannot issue for it`];
        if (name.split(".").length > MOST_LABELS)
            return [`${name} has more than ${MOST_LABELS} parts, which Let's Encrypt refuses`];
        if (name.endsWith(".cloudapp.azure.com")) {
            return [
                `${name} shares the authority's limits with everybody in cloudapp.azure.com, so certificates may be refused for days; set tls.hostname to a name in a domain of your own`,
            ];
        }
        return [];
    });
    if (hostnames.length > MOST_NAMES) {
        warnings.push(
            `${hostnames.length} names are more than Let's Encrypt takes for one certificate (${MOST_NAMES})`,
        );
    }
    return warnings;
}
