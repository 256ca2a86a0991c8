import type { Scene } from "../case";
import { keyPem, now } from "../mint";

/** A scene as JSON, for judges that are programs of their own. */
export interface Question {
    chain: string;
    key: string;
    roots: string;
    hostname: string;
    /** Seconds since 1970. */
    at: number;
    /** The judge may use its own clock. */
    present: boolean;
}

export function questionOf({ chain, key, roots, hostname, at }: Scene): Question {
    const [leaf] = chain;
    return {
        chain: chain.map(one => one.pem).join(""),
        key: key ?? (leaf && keyPem(leaf)) ?? "",
        roots: roots.map(one => one.pem).join(""),
        hostname,
        at: (at ?? now).getTime() / 1000,
        present: at === undefined,
    };
}
