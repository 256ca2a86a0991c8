import type { FrontModel, FrontSettings, PodFrontModel, PodFrontSettings } from "../../components/front";

/** The sample model with the default limits of Azure ML v1. */
export function iris(changes: Partial<FrontModel> = {}): FrontModel {
    return {
        name: "iris",
        host: "127.0.0.1",
        port: 5001,
        healthPath: "/",
        maxConcurrentRequests: 1,
        maxQueueWaitMs: 500,
        scoringTimeoutMs: 60_000,
        maxBodyBytes: 1_048_576,
        keysRequired: true,
        ...changes,
    };
}

export function overTls(changes: Partial<FrontSettings> = {}): FrontSettings {
    return { tls: { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000 }, model: iris(), ...changes };
}

/** The same model on AKS, addressed by its headless Service. */
export function irisInCluster(changes: Partial<PodFrontModel> = {}): PodFrontModel {
    return { ...iris(), host: "iris.ml.svc.cluster.local", replicas: 10, ...changes };
}

export function inCluster(changes: Partial<PodFrontSettings> = {}): PodFrontSettings {
    return {
        tls: overTls().tls,
        models: [irisInCluster()],
        fronts: { host: "fronts.ml.svc.cluster.local", most: 5 },
        ...changes,
    };
}
