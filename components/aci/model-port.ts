import type { Rule } from "../shared/rules";
import { tcpPort } from "../shared/rules/numbers";

/** Port ranges that Container Instances reserves, first and last port. */
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

/** A port that the model can listen on. The containers of a group share one network, so the ports of the front are taken. */
export function modelPort(frontPorts: readonly number[]): Rule<number> {
    return port => {
        const problem = tcpPort(port);
        if (problem !== undefined) return problem;
        if (frontPorts.includes(port)) {
            return `is ${port}, a port of the front, which shares its network with the model; choose another, like 5001`;
        }
        const reserved = RESERVED_PORTS.some(([from, to]) => from <= port && port <= to);
        return reserved ? `is ${port}, which Azure reserves; choose another, like 5001` : undefined;
    };
}
