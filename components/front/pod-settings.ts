import type { FrontModel, FrontSettings } from "./settings";

/** A model behind the fronts of a cluster. */
export interface PodFrontModel extends FrontModel {
    /**
     * The most replicas that DNS can list for `host` (a headless Service, with its complete name). Each has the concurrency
     * limit for itself.
     * @default exactly one server at `host`
     */
    replicas?: number;
    /**
     * A host name of its own: `/score` and `/swagger.json` there are this model's, beside its v1 path on every host.
     * @example "iris.contoso.com"
     */
    hostname?: string;
    /**
     * Answered over plain HTTP too, on its v1 path and its own host name. All else on port 80 is sent to HTTPS.
     * @default false
     */
    plainHttp?: boolean;
    /**
     * File of this model's key digests, inside of SECRET_FOLDER.
     * @default KEY_DIGESTS_FILE
     */
    keyDigestsFile?: string;
}

/** How fronts find each other. */
export interface FrontReplicas {
    /**
     * Name of a headless Service over the fronts, complete. It should list those that are not ready too
     * (`publishNotReadyAddresses`): fronts judge each other for themselves, faster than DNS tells.
     */
    host: string;
    /** The most fronts that it can list. */
    most: number;
    /**
     * How late DNS may tell of a new front, in seconds. It keeps no queues before, unless there is nobody else who does.
     * @default DNS_DELAY_SECONDS
     */
    dnsDelaySeconds?: number;
}

/** Everything that decides what a front in a pod does. Plain values: no secrets, no Pulumi. */
export interface PodFrontSettings {
    /** Absent: plain HTTP only. */
    tls?: NonNullable<FrontSettings["tls"]> & {
        /**
         * The certificate's files may change while the front runs. It then looks every two seconds, and serves what it finds
         * if that fits together.
         * @default false
         */
        followed?: boolean;
    };
    models: PodFrontModel[];
    /** The replicas of the front itself. Absent: there is one. */
    fronts?: FrontReplicas;
}

/**
 * In a cluster DNS answers with what it knew 30 seconds ago, and caches keep that for some more. As a Deployment's
 * `minReadySeconds` it has the limits of the models hold during its rolling update too.
 */
export const DNS_DELAY_SECONDS = 45;

/** Where the front expects what `frontFiles` returned. May be read-only. */
export const CONFIGURATION_FOLDER = "/etc/front";

/** Nobody but root can bind ports below 1024 everywhere. Clients come to 80 and 443 of the load balancer. */
export const UNPRIVILEGED_HTTP_PORT = 8080;
export const UNPRIVILEGED_HTTPS_PORT = 8443;
/**
 * Where fronts hand requests to each other, plain HTTP. For fronts alone: who can reach it is believed where a request came
 * from, and that TLS was not needed.
 */
export const QUEUE_PORT = 8081;

/**
 * How long a front that is asked to stop goes on taking connections while load balancers still send it some. It is no
 * longer ready then, no longer keeps a queue, and asks clients to connect anew. The front does this by itself: a `preStop`
 * hook would only delay it.
 */
export const DRAIN_SECONDS = 20;

/** After draining, idle connections end within this time (the rest of `timeout http-keep-alive`). */
const IDLE_SECONDS = 45;
/** Nobody waits longer than this for a front to stop, whatever a model's time limits are. */
const LONGEST_STOP_SECONDS = 600;

/** Seconds from the end of draining until what is still open is cut off. */
export function hardStopSeconds({ models }: PodFrontSettings): number {
    const longestRequestMs = Math.max(
        ...models.map(({ maxQueueWaitMs, scoringTimeoutMs }) => maxQueueWaitMs + scoringTimeoutMs),
    );
    return Math.min(Math.max(IDLE_SECONDS, Math.ceil(longestRequestMs / 1000) + 5), LONGEST_STOP_SECONDS);
}

/** `terminationGracePeriodSeconds` for a pod with these settings. Most stop long before. */
export function terminationGraceSeconds(settings: PodFrontSettings): number {
    return DRAIN_SECONDS + hardStopSeconds(settings) + 5;
}
