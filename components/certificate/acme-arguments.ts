import type * as pulumi from "@pulumi/pulumi";
import { readCertificates } from "../pki";
import type { ArgumentCheck } from "../shared/argument-check";
import type { Rule } from "../shared/rules";
import { wholeNumber } from "../shared/rules/numbers";
import * as text from "../shared/rules/text";

/** How the authority verifies that you control a name (RFC 8555, section 8). */
export enum AcmeChallenge {
    /** The authority sends a request to the service on port 80. The name must resolve to the service, and the internet must reach it. */
    Http01 = "Http01",
    /** The authority looks up a TXT record in the Azure DNS zone `dns.zoneName`. Works before the name resolves and without port 80. */
    Dns01 = "Dns01",
}

/** Links the ACME account to an existing account with the authority (RFC 8555, section 7.3.4). */
export interface ExternalAccountBindingArgs {
    /** The key identifier from the authority. */
    keyId: pulumi.Input<string>;
    /** The MAC key from the authority, in base64url (RFC 4648, section 5). Secret. */
    hmacKey: pulumi.Input<string>;
}

/**
 * The certificate authority that issues and renews the certificate (ACME, RFC 8555). The ACME account and the certificate are
 * stored on a separate Azure Files share (Container Instances) or persistent volume claim (Kubernetes), which survives changes of
 * containers, images and revisions. It is deleted with the component, or when `mode` is no longer `Auto`. After that a new
 * certificate is ordered; public authorities limit new orders to a few a week.
 */
export interface AcmeArgs {
    /**
     * The URL of the authority's ACME directory.
     * @default "https://acme-v02.api.letsencrypt.org/directory" (Let's Encrypt)
     * @example "https://acme-staging-v02.api.letsencrypt.org/directory"
     */
    directoryUrl?: pulumi.Input<string>;
    /**
     * The contact address that the authority may write to.
     * @default none
     * @example "certificates@contoso.com"
     */
    email?: pulumi.Input<string>;
    /**
     * How the authority verifies that you control the names.
     * @default AcmeChallenge.Dns01 when `dns.zoneName` is set, AcmeChallenge.Http01 otherwise
     */
    challenge?: AcmeChallenge;
    /**
     * For authorities that require an existing account.
     * @default none
     */
    externalAccountBinding?: ExternalAccountBindingArgs;
    /**
     * PEM root certificates that verify the HTTPS connection to a private authority.
     * @default the public root certificates
     */
    certificateAuthority?: pulumi.Input<string>;
    /**
     * The image of the ACME client lego, version 5, which orders and renews the certificate. The default is deployed by digest: see
     * `imageRenewalTrigger`.
     * @default "docker.io/goacme/lego:v5.5.2"
     * @example "contoso.azurecr.io/lego@sha256:…"
     */
    image?: pulumi.Input<string>;
    /**
     * How long an update waits for the certificate, in seconds. After that it ends with a warning that lists the names without a
     * certificate, and issuance continues. On Kubernetes with `Dns01` it fails instead where no name has a certificate, and the
     * running fronts do not change. 0 disables the wait, for machines that cannot reach the service.
     * @default 300; with `Dns01` 900, because a new role on the zone takes up to ten minutes to work
     */
    waitSeconds?: number;
}

/** The checked arguments, with defaults. */
export interface AcmeSettings extends AcmeArgs {
    directoryUrl: pulumi.Input<string>;
    challenge: AcmeChallenge;
    image: pulumi.Input<string>;
    waitSeconds: number;
}

const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";
const MAX_WAIT_SECONDS = 86_400;
/** With DNS-01 the identity gets a role on the zone, which takes up to ten minutes to work ("Deploy and configure workload identity"). */
const DEFAULT_WAIT_SECONDS = { [AcmeChallenge.Http01]: 300, [AcmeChallenge.Dns01]: 900 };
/** By tag here; a component deploys it by digest. */
export const LEGO_IMAGE = "docker.io/goacme/lego:v5.5.2";

/** @param zoneName the value of `dns.zoneName`: `Dns01` writes to this zone */
export function readAcme(
    check: ArgumentCheck,
    acme: AcmeArgs = {},
    zoneName: pulumi.Input<string> | undefined,
): AcmeSettings {
    const at = "tls.acme";
    const { directoryUrl = LETS_ENCRYPT, image = LEGO_IMAGE } = acme;
    check.known(`${at}.waitSeconds`, acme.waitSeconds, wholeNumber(0, MAX_WAIT_SECONDS, "seconds"));
    check.oneOf(`${at}.challenge`, acme.challenge, AcmeChallenge);
    const challenge = acme.challenge ?? (zoneName === undefined ? AcmeChallenge.Http01 : AcmeChallenge.Dns01);
    if (challenge === AcmeChallenge.Dns01 && zoneName === undefined) {
        check.report(
            `${at}.challenge`,
            "is Dns01, which needs an Azure DNS zone; set dns.zoneName, or set the challenge to Http01",
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
        waitSeconds: acme.waitSeconds ?? DEFAULT_WAIT_SECONDS[challenge],
    };
}

function readBinding(
    check: ArgumentCheck,
    path: string,
    { externalAccountBinding: binding }: AcmeArgs,
): ExternalAccountBindingArgs | undefined {
    if (!binding) return undefined;
    return {
        keyId: check.required(`${path}.keyId`, binding.keyId, "keyId and hmacKey must both be set", keyId),
        hmacKey: check.required(
            `${path}.hmacKey`,
            binding.hmacKey,
            "keyId and hmacKey must both be set",
            hmacKey,
        ),
    };
}

/** ACME requires HTTPS (RFC 8555, section 6.1). */
const directoryProblem: Rule<string> = value => {
    const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
    const advice = `give the URL of the authority's directory, like ${LETS_ENCRYPT}`;
    if (!url || url.hostname === "") return `is ${JSON.stringify(value)}; ${advice}`;
    // The message must not repeat the credentials.
    if (url.username !== "" || url.password !== "") return `contains a user name or password; ${advice}`;
    if (url.protocol !== "https:") return `is ${JSON.stringify(value)}, but ACME requires https; ${advice}`;
    return undefined;
};

const authorityProblem: Rule<string> = value => {
    if (typeof value !== "string") return "is not a string; give the authority's root certificates as PEM";
    const [problem] = readCertificates(value).findings;
    return problem && `${problem.code}: ${problem.message} Give the authority's root certificates as PEM.`;
};

const keyId: Rule<string> = value =>
    typeof value === "string" && /^[!-~]+$/.test(value)
        ? undefined
        : "is empty or has spaces; give the key identifier exactly as the authority shows it";

const hmacKey: Rule<string> = value =>
    typeof value === "string" && /^[A-Za-z0-9_-]{16,}$/.test(value)
        ? undefined
        : "is not a base64url key; give it exactly as the authority shows it (letters, digits, '-' and '_', without '=')";
