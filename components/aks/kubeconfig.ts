import { parse } from "yaml";
import * as z from "zod";

const entries = z.array(z.looseObject({ name: z.string() })).nonempty();
const kubeconfig = z.looseObject({ clusters: entries, contexts: entries, users: entries });

/** What keeps a text from being a kubeconfig that can be used. It is a secret: nothing of it is repeated. */
export function kubeconfigProblem(contents: string): string | undefined {
    const wrong =
        "is no kubeconfig; give its contents: clusters, contexts and users (az aks get-credentials --file -)";
    try {
        const parsed = kubeconfig.safeParse(parse(contents));
        if (!parsed.success) return wrong;
        const { contexts, "current-context": current } = parsed.data;
        return contexts.some(({ name }) => name === current)
            ? undefined
            : "has no current-context that is among its contexts; set one (kubectl config use-context)";
    } catch {
        return wrong;
    }
}
