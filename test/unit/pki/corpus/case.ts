import type { Minted } from "./mint";

export type JudgeName = "openssl" | "node" | "python" | "go" | "java";

/** What is put before us and before the judges. */
export interface Scene {
    /** As in the file. */
    chain: Minted[];
    /** PEM of the key in the file, if it is not that of the first certificate. */
    key?: string;
    /** What clients trust. */
    roots: Minted[];
    hostname: string;
    /** Default: now. Judges whose clock cannot be set are then not asked. */
    at?: Date;
    /** For us alone: everybody trusts the roots. */
    public?: true;
}

export interface Case {
    /** What is special about it. */
    name: string;
    /** The codes that we find, in their order. */
    finds: string[];
    /** We find an error among them. */
    valid: boolean;
    /** Each judge whose verdict is another one than ours, and why in a line. */
    differs?: Partial<Record<JudgeName, string>>;
    scene: () => Scene;
}

/** Clients take it, and there may be something to say about it. */
export function accepted(name: string, finds: string[], scene: () => Scene, differs?: Case["differs"]): Case {
    return { name, finds, valid: true, differs, scene };
}

export function refused(name: string, finds: string[], scene: () => Scene, differs?: Case["differs"]): Case {
    return { name, finds, valid: false, differs, scene };
}
