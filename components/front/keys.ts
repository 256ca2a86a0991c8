import { KEY_DIGESTS_FILE, SECRET_FOLDER } from "./settings";

/** SHA-256 of the key in the request. The front compares digests: the duration of the lookup reveals nothing about a key. */
const DIGEST = "http_auth_bearer,sha2(256),hex,lower";
const DIGESTS = `${SECRET_FOLDER}/${KEY_DIGESTS_FILE}`;

/** Answers 401 to a request without a valid scoring key, before its body is awaited. */
export function requireKey(): string {
    return `http-request deny deny_status 401 unless { ${DIGEST} -m str -f ${DIGESTS} }`;
}

/**
 * The same for several models: a line of the file is `<model>:<digest>`. One lookup decides, for one model and for hundreds.
 * @param needed a condition: the model of the request requires a key
 */
export function requireModelKey(needed: string): string[] {
    return [
        `http-request set-var(txn.digest) ${DIGEST} if ${needed}`,
        `http-request deny deny_status 401 if ${needed} !{ var(txn.model),concat(:,txn.digest) -m str -f ${DIGESTS} }`,
    ];
}

/** Removes the key before the request goes to the model. */
export const REMOVE_KEY = "http-request del-header authorization";
