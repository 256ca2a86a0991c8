import type { AccessLog } from "./access-log";
import type { FrontModel, FrontTls } from "./settings";
import { longestRequestMs } from "./timeouts";

/** A model behind the fronts of a cluster. */
export interface PodFrontModel extends FrontModel {
    /**
     * The maximum number of replicas that DNS can list for `host` (a headless Service, with its fully qualified name). The
     * concurrency limit applies to each of them.
     * @default exactly one server at `host`
     */
    replicas?: number;
    /**
     * A host name of this model: `/score` and `/swagger.json` there are its own, in addition to its v1 path on every host.
     * @example "iris.contoso.com"
     */
    hostname?: string;
    /**
     * Whether the model is also served over plain HTTP, on its v1 path and its own host name. Other requests on port 80 are
     * redirected to HTTPS.
     * @default false
     */
    plainHttp?: boolean;
}

/** How fronts find each other. */
export interface FrontReplicas {
    /**
     * Fully qualified name of a headless Service over the fronts. It should also list pods that are not ready
     * (`publishNotReadyAddresses`): the fronts check each other, faster than DNS updates.
     */
    host: string;
    /** The maximum number of fronts that it can list. */
    most: number;
    /**
     * How long DNS may take to list a new front, in seconds. The front owns no queues before, unless no other front does.
     * @default DNS_DELAY_SECONDS
     */
    dnsDelaySeconds?: number;
}

/** TLS settings of the front in a pod. */
interface PodFrontTls extends FrontTls {
    /**
     * Whether the certificate's files may change while the front runs. The front then reads them every two seconds and serves
     * the new contents if they are a valid pair.
     * @default false
     */
    followed?: boolean;
}

/** All settings of the front in a pod. Plain values: no secrets, no Pulumi types. */
export interface PodFrontSettings {
    /** Absent: plain HTTP only. */
    tls?: PodFrontTls;
    models: PodFrontModel[];
    /** @default AccessLog.All */
    accessLog?: AccessLog;
    /** The replicas of the front itself. Absent: there is one. */
    fronts?: FrontReplicas;
}

/**
 * DNS in a cluster can return answers that are 30 seconds old, and caches add some more. As `minReadySeconds` of a Deployment it
 * keeps the models' limits valid during a rolling update too.
 */
export const DNS_DELAY_SECONDS = 45;

/** Folder of the files that `frontFiles` returns. May be read-only. */
export const CONFIGURATION_FOLDER = "/etc/front";

/** Without root, ports below 1024 cannot be bound everywhere. Clients connect to 80 and 443 of the load balancer. */
export const UNPRIVILEGED_HTTP_PORT = 8080;
export const UNPRIVILEGED_HTTPS_PORT = 8443;
/**
 * Where fronts forward requests to each other, plain HTTP. Must be reachable by fronts only: the front trusts the sender with the
 * address and scheme of the client.
 */
export const QUEUE_PORT = 8081;

/**
 * How long a front accepts connections after the stop signal, while load balancers still send some. It is no longer ready then, owns
 * no queue, and asks clients to reconnect. The front does this itself: a `preStop` hook would only delay it.
 */
export const DRAIN_SECONDS = 20;

/** After draining, idle connections end within this time (the rest of `timeout http-keep-alive`). */
const IDLE_SECONDS = 45;
/** Upper bound for stopping, independent of the models' time limits. */
const LONGEST_STOP_SECONDS = 600;

/** Seconds from the end of draining until open connections are cut. */
export function hardStopSeconds({ models }: PodFrontSettings): number {
    const longestMs = Math.max(...models.map(longestRequestMs));
    return Math.min(Math.max(IDLE_SECONDS, Math.ceil(longestMs / 1000) + 5), LONGEST_STOP_SECONDS);
}

/** `terminationGracePeriodSeconds` for a pod with these settings. Most pods stop long before. */
export function terminationGraceSeconds(settings: PodFrontSettings): number {
    return DRAIN_SECONDS + hardStopSeconds(settings) + 5;
}
