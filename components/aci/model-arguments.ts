import type { ModelContainerArgs } from "../model/container";
import type { ProbeArgs } from "../model/probes";

/**
 * GPU types of the Container Instances API, which Azure retired on 14 July 2025.
 * @deprecated Container Instances have no GPUs any more.
 */
export enum GpuSku {
    /** NVIDIA Tesla K80. */
    K80 = "K80",
    /** NVIDIA Tesla P100. */
    P100 = "P100",
    /** NVIDIA Tesla V100. */
    V100 = "V100",
}

/**
 * GPUs of the model container.
 * @deprecated Container Instances have no GPUs any more.
 */
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
     * Has no effect, and preview warns about it; it will be removed in version 0.3. Azure takes a container group off the network while
     * a readiness probe fails, also for clients that the front would answer. The front itself checks the model every second.
     * @deprecated The front checks the model.
     * @default none
     */
    readiness?: ProbeArgs;
    /**
     * GPUs of the model container. Azure retired them on 14 July 2025, so preview refuses this argument; it will be removed in version
     * 0.3. Use `SecureAksInference` for a model that needs a GPU.
     * @deprecated Container Instances have no GPUs any more.
     * @default none
     */
    gpu?: GpuArgs;
}
