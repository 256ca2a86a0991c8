/** The provider's configuration, from the stack or from a provider resource of the program. */
export interface Configuration {
    kubeconfig?: string;
    context?: string;
    cluster?: string;
    /** The namespace of objects without `metadata.namespace`. */
    namespace?: string;
    /** Whether a changed ConfigMap is updated in place. */
    enableConfigMapMutable: boolean;
    /** Whether a changed Secret is updated in place. */
    enableSecretMutable: boolean;
    /** Whether to overwrite fields that other managers own. */
    enablePatchForce: boolean;
    /** Whether to update an object that already exists instead of failing to create it. */
    upsertExistingObjects: boolean;
    /** Whether to remove resources from the state if their cluster cannot be reached. */
    deleteUnreachable: boolean;
    suppressDeprecationWarnings: boolean;
}

/**
 * @param variables from the engine
 * @param environment for settings that are missing in `variables`
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
            "enableServerSideApply: false is not supported by the sandbox, which has server-side apply only. Remove the setting.",
        );
    }
    if (variables.renderYamlToDirectory) {
        throw new Error("renderYamlToDirectory: not supported by the sandbox. Remove the setting.");
    }
    return {
        // Some languages pass an empty string for a missing option.
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
