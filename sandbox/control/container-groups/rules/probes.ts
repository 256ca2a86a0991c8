import type { Container, Probe } from "../model";
import type { ContainerGroupRule } from "./rule";

const KINDS = ["livenessProbe", "readinessProbe"] as const;

/** Why Azure would refuse a probe of a container. */
type ProbeRule = (probe: Probe, kind: (typeof KINDS)[number], container: Container) => string | undefined;

const oneAction: ProbeRule = ({ exec, httpGet }) =>
    (exec === undefined) === (httpGet === undefined)
        ? "It must have exactly one of exec and httpGet."
        : undefined;

/** Kubernetes, which Azure's service uses, has the same bounds (core/v1, Probe). */
const timing: ProbeRule = (probe, kind) => {
    const least = {
        initialDelaySeconds: 0,
        periodSeconds: 1,
        timeoutSeconds: 1,
        failureThreshold: 1,
        successThreshold: 1,
    };
    const bad = Object.entries(least).find(
        ([name, minimum]) => (probe[name as keyof typeof least] ?? minimum) < minimum,
    );
    if (bad) return `The value of ${bad[0]} must be at least ${bad[1]}.`;
    if (kind === "livenessProbe" && (probe.successThreshold ?? 1) !== 1)
        return "The value of successThreshold must be 1.";
    return undefined;
};

/**
 * Azure does not say whether a probe reaches a port that the container does not list. The strict answer finds groups that would
 * depend on it.
 */
const listedPort: ProbeRule = ({ httpGet }, _, { properties: { ports = [] } }) => {
    if (httpGet === undefined || ports.some(({ port }) => port === httpGet.port)) return undefined;
    return `The port ${httpGet.port} is not a port of the container.`;
};

const probes: ContainerGroupRule = ({ name, properties }) => {
    for (const container of properties.containers ?? []) {
        for (const kind of KINDS) {
            const probe = container.properties[kind];
            if (probe === undefined) continue;
            const reasons = [oneAction, timing, listedPort].map(rule => rule(probe, kind, container));
            const reason = reasons.find(one => one !== undefined);
            if (reason === undefined) continue;
            return {
                code: "InvalidProbe",
                message: `The ${kind} of container '${container.name}' in container group '${name}' is invalid. ${reason}`,
            };
        }
    }
    return undefined;
};

export const probeRules: readonly ContainerGroupRule[] = [probes];
