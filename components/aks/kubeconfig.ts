import { parse } from "yaml";
import * as z from "zod";

const entries = z.array(z.looseObject({ name: z.string() })).nonempty();
const kubeconfig = z.looseObject({ clusters: entries, contexts: entries, users: entries });

/** Why the text is not a usable kubeconfig. The messages contain nothing of it, because it is a secret. */
export function kubeconfigProblem(contents: string): string | undefined {
    const wrong =
        "is not a kubeconfig; set it to the contents of one, with clusters, contexts and users (az aks get-credentials --file -)";
    try {
        const parsed = kubeconfig.safeParse(parse(contents));
        if (!parsed.success) return wrong;
        const { contexts, "current-context": current } = parsed.data;
        return contexts.some(({ name }) => name === current)
            ? undefined
            : "has no valid current-context; set it to one of its contexts (kubectl config use-context)";
    } catch {
        return wrong;
    }
}
