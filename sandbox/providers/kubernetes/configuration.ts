/** The provider's configuration, from the stack or from a provider resource of the program. */
export interface Configuration {
    kubeconfig?: string;
    context?: string;
    cluster?: string;
    /** Of objects that do not say theirs. */
    namespace?: string;
    /** Whether a changed ConfigMap is updated in place. */
    enableConfigMapMutable: boolean;
    /** Whether a changed Secret is updated in place. */
    enableSecretMutable: boolean;
    /** Whether fields that others manage are taken from them. */
    enablePatchForce: boolean;
    /** Whether creating an object that exists already takes it over. */
    upsertExistingObjects: boolean;
    /** Whether resources leave the state when their cluster cannot be reached. */
    deleteUnreachable: boolean;
    suppressDeprecationWarnings: boolean;
}

/**
 * @param variables as the engine hands them over
 * @param environment stands in for what the variables do not say
 */
export function readConfiguration(
    variables: Record<string, string>,
    environment: NodeJS.ProcessEnv,
): Configuration {
    const flag = (name: string, variable: string, otherwise: boolean): boolean => {
        const value = variables[name] ?? environment[`PULUMI_K8S_${variable}`];
        return value === undefined ? otherwise : value === "true";
    };
    if (!flag("enableServerSideApply", "ENABLE_SERVER_SIDE_APPLY", true)) {
        throw new Error(
            "The sandbox's stand-in for kubernetes knows server-side apply only: leave enableServerSideApply on.",
        );
    }
    if (variables.renderYamlToDirectory) {
        throw new Error("The sandbox's stand-in for kubernetes does not have renderYamlToDirectory.");
    }
    return {
        // An empty text is how some languages leave an option out.
        kubeconfig: variables.kubeconfig || undefined,
        context: variables.context || undefined,
        cluster: variables.cluster || undefined,
        namespace: variables.namespace || undefined,
        enableConfigMapMutable: flag("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE", false),
        enableSecretMutable: flag("enableSecretMutable", "ENABLE_SECRET_MUTABLE", false),
        enablePatchForce: flag("enablePatchForce", "ENABLE_PATCH_FORCE", false),
        upsertExistingObjects: flag("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS", false),
        deleteUnreachable: flag("deleteUnreachable", "DELETE_UNREACHABLE", false),
        suppressDeprecationWarnings: flag(
            "suppressDeprecationWarnings",
            "SUPPRESS_DEPRECATION_WARNINGS",
            false,
        ),
    };
}
