import type { ModelContainerArgs } from "../model/container";

/** GPU types of the Container Instances API. Azure decides in which regions each is available. */
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
    /** The number of GPUs: 1, 2 or 4. */
    count: number;
    /** The type of GPU. */
    sku: GpuSku;
}

/** The model: one container that answers `POST /score`. */
export interface ModelArgs extends ModelContainerArgs {
    /**
     * The model's name in the path `/api/v1/service/<name>/score`, and the name of its container: 1 to 63 lower-case letters,
     * digits and '-', without a '-' at the start or end. `front` is reserved, and with `TlsMode.Auto` also `issuer`.
     * @default the component's name
     */
    name?: string;
    /**
     * GPUs of the model container.
     * @default none
     */
    gpu?: GpuArgs;
}
