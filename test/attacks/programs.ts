import * as path from "node:path";
import { debianPackages } from "../../machine/debian";
import { goProgram } from "../../sandbox/testing/go-program";

const MODULE = path.join(__dirname, "attacker");

/** Path of the program with attacks, the well-behaved client and the model (`attacker/main.go`). */
export function attackerProgram(): Promise<string> {
    return goProgram("attacker", MODULE, ".");
}

/** Path of h2spec, which tests whether a server follows the standards of HTTP/2. */
export function h2specProgram(): Promise<string> {
    return goProgram("h2spec", MODULE, "github.com/summerwind/h2spec/cmd/h2spec");
}

/** Path and environment of a program from a Debian package. */
export async function debianProgram(
    name: string,
    from: string,
): Promise<{ path: string; env: NodeJS.ProcessEnv }> {
    const tree = await debianPackages([from]);
    return { path: tree.path(`usr/bin/${name}`), env: tree.environment };
}
