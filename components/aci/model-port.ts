import type { Rule } from "../shared/rules";
import { tcpPort } from "../shared/rules/numbers";

/** Ports that Container Instances keeps for itself, from and to. */
const RESERVED_PORTS: ReadonlyArray<readonly [number, number]> = [
    [22, 22],
    [1025, 1027],
    [3389, 3399],
    [9999, 9999],
    [19000, 19000],
    [19080, 19080],
    [19100, 19100],
    [19390, 19390],
    [20000, 30000],
    [49152, 65534],
];

/** A port that the model can listen on: containers of a group share one network, so the front's are taken. */
export function modelPort(takenByFront: readonly number[]): Rule<number> {
    return port => {
        const problem = tcpPort(port);
        if (problem !== undefined) return problem;
        if (takenByFront.includes(port)) {
            return `${port} is used by the front, which shares the network with the model; choose another, like 5001`;
        }
        const reserved = RESERVED_PORTS.some(([from, to]) => from <= port && port <= to);
        return reserved ? `${port} is kept by Azure for itself; choose another, like 5001` : undefined;
    };
}
