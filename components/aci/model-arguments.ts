import type { ModelContainerArgs } from "../model/container";

/** Kinds of GPU that the Container Instances API knows. Which of them a region offers, if any, Azure decides. */
export enum GpuSku {
    /** NVIDIA Tesla K80. */
    K80 = "K80",
    /** NVIDIA Tesla P100. */
    P100 = "P100",
    /** NVIDIA Tesla V100. */
    V100 = "V100",
}

/** GPUs of the model container. */
export interface GpuArgs {
    /** How many: 1, 2 or 4. */
    count: number;
    /** Which kind. */
    sku: GpuSku;
}

/** The model: one container that answers `POST /score`. */
export interface ModelArgs extends ModelContainerArgs {
    /**
     * The name in the path `/api/v1/service/<name>/score`, and of the container: lower-case letters, digits and '-'.
     * @default the component's name
     */
    name?: string;
    /**
     * GPUs.
     * @default none
     */
    gpu?: GpuArgs;
}
