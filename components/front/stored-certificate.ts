import { certificatePending } from "./errors";
import { hasServers } from "./sections";
import { PLACEHOLDER_COMMON_NAME } from "./store";

const CHALLENGE_PATH = "/.well-known/acme-challenge/";

/** For port 80, before all other rules: answers the authority's challenges (RFC 8555, 8.3). */
export function answerChallenges(): string[] {
    return [
        `acl challenge path_beg ${CHALLENGE_PATH}`,
        "http-request set-var(txn.challenge) path,lua.challenge if challenge",
        "http-request return status 200 content-type application/octet-stream lf-string %[var(txn.challenge)] if challenge { var(txn.challenge) -m len gt 0 }",
        "http-request deny deny_status 404 if challenge",
    ];
}

/**
 * Marks connections that were opened with the placeholder certificate. The certificate of the connection decides, not the
 * current one: the client of such a connection has not authenticated the server.
 */
export function markPlaceholder(): string[] {
    return [
        `tcp-request session set-var(sess.placeholder) bool(true) if { ssl_f_s_dn(CN) -m str "${PLACEHOLDER_COMMON_NAME}" }`,
    ];
}

const OVER_PLACEHOLDER = "{ var(sess.placeholder) -m bool }";

/** A condition for headers that must not be sent over the placeholder certificate. */
export const UNLESS_PLACEHOLDER = ` unless ${OVER_PLACEHOLDER}`;

/**
 * Answers 503 to requests over the placeholder certificate, and closes the connection: the next one may use the certificate.
 * @param model whose health `/` shows (`rootHealth`): while it is not ready, this leaves the answer on `/` to that rule
 */
export function refuseOverPlaceholder(model?: string): string[] {
    const except = model === undefined ? "" : ` !{ path / } or ${OVER_PLACEHOLDER} ${hasServers(model)}`;
    return [
        `http-after-response set-header connection close if ${OVER_PLACEHOLDER}`,
        `${certificatePending()} if ${OVER_PLACEHOLDER}${except}`,
    ];
}

/** A condition for READY_PATH: the store has been read, and the certificate that was in it at the start is served. */
export const STORE_POLLED = "{ lua.store_polled -m bool }";
