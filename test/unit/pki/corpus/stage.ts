import type { GeneralName } from "@peculiar/asn1-x509";
import type { Scene } from "./case";
import { type Minted, type Order, authority, dns, ecKeys, rsaKeys, server } from "./mint";

export const HOST = "score.contoso.test";
export const NAMES: GeneralName[] = [dns(HOST)];

/** Older and longer-lived than all that they issue. */
const LONG = { from: -4000, to: 4000 };

/** Keys are many and say nothing: all leaves share one unless they bring their own. */
const LEAF_KEY = ecKeys();
/** Take long to make. */
export const RSA_KEYS = rsaKeys();

export const root = authority({ subject: "Test root", ...LONG });
export const intermediate = below(root);
export const leaf = leafBelow(intermediate);
export const stranger = authority({ subject: "Stranger", ...LONG });

export function below(issuer: Minted, order: Order = {}): Minted {
    return authority({ subject: "Test intermediate", issuer, ...LONG, ...order });
}

export function rootLike(order: Order): Minted {
    return authority({ subject: "Test root", ...LONG, ...order });
}

export function leafBelow(issuer: Minted | undefined, order: Order = {}, names = NAMES): Minted {
    return server(names, { key: LEAF_KEY, issuer, ...order });
}

/** A chain before clients that trust the root and ask for the host. */
export function scene(chain: Minted[], more: Partial<Scene> = {}): Scene {
    return { chain, roots: [root], hostname: HOST, ...more };
}

/** A leaf of the common intermediate that differs in this. */
export function leafWith(order: Order, names = NAMES): Scene {
    return scene([leafBelow(intermediate, order, names), intermediate]);
}

/** A good leaf below an intermediate that differs in this. */
export function intermediateWith(order: Order, leafOrder: Order = {}, names = NAMES): Scene {
    const issuer = below(root, order);
    return scene([leafBelow(issuer, leafOrder, names), issuer]);
}

/** A good chain below a root that differs in this. */
export function rootWith(order: Order): Scene {
    const top = rootLike(order);
    const issuer = below(top);
    return scene([leafBelow(issuer), issuer], { roots: [top] });
}
