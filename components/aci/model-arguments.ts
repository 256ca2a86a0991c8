import type * as pulumi from "@pulumi/pulumi";

/** Kinds of GPU that the Container Instances API knows. Which of them a region offers, if any, Azure decides. */
export enum GpuSku {
    K80 = "K80",
    P100 = "P100",
    V100 = "V100",
}

/** GPUs of the model container. */
export interface GpuArgs {
    /** How many: 1, 2 or 4. */
    count: number;
    /** Which kind. */
    sku: GpuSku;
}

/** How Azure asks a container whether it is well. Absent fields keep the default of the probe. */
export interface ProbeArgs {
    /** Time before the first question, in seconds. */
    initialDelaySeconds?: number;
    /** Time between questions, in seconds. */
    periodSeconds?: number;
    /** How long an answer may take, in seconds. */
    timeoutSeconds?: number;
    /** Good answers in a row that make it well. 1 for liveness. */
    successThreshold?: number;
    /** Bad answers in a row that make it unwell. */
    failureThreshold?: number;
}

/** The model: one container that answers `POST /score`. */
export interface ModelArgs {
    /**
     * The name in the path `/api/v1/service/<name>/score`, and of the container: lower-case letters, digits and '-'.
     * @default the component's name
     */
    name?: string;
    /**
     * The image of the model, as any container runtime names it.
     * @example "contoso.azurecr.io/iris:7"
     */
    image: pulumi.Input<string>;
    /**
     * The port that the model listens on. It is not open to clients: they come through the front.
     * @default 5001 (azureml-inference-server-http)
     */
    port?: number;
    /**
     * CPU cores that are kept for the model. Azure makes a new group when this changes.
     * @default 0.1 (as v1)
     */
    cpu?: number;
    /**
     * Memory that is kept for the model, in GB. Azure makes a new group when this changes.
     * @default 0.5 (as v1)
     */
    memoryInGB?: number;
    /**
     * CPU cores that the model may use when they are free.
     * @default what the group has
     */
    cpuLimit?: number;
    /**
     * Memory that the model may use, in GB.
     * @default what the group has
     */
    memoryInGBLimit?: number;
    /**
     * GPUs.
     * @default none
     */
    gpu?: GpuArgs;
    /** Environment variables. */
    environment?: { [name: string]: pulumi.Input<string> };
    /** Environment variables that are secrets: Azure does not show their values. */
    secretEnvironment?: { [name: string]: pulumi.Input<string> };
    /**
     * The command with its arguments.
     * @default the image's own
     */
    command?: string[];
    /**
     * The path that answers 200 when the model is well.
     * @default "/"
     */
    healthPath?: string;
    /**
     * When requests reach the model.
     * @default from the start, every 10 s, 2 s to answer, 1 success, 3 failures
     */
    readiness?: ProbeArgs;
    /**
     * When the model is restarted.
     * @default after 310 s, every 10 s, 2 s to answer, 1 success, 3 failures (as v1)
     */
    liveness?: ProbeArgs;
}
