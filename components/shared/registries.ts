import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "./argument-check";

/** The arguments of a private registry that both hostings share. */
interface Registry {
    server: pulumi.Input<string>;
}

/** The registries under the present or the former name of the argument, unchecked. */
export function givenRegistries<R>({ registries, registry }: { registries?: R[]; registry?: R }): R[] {
    return registries ?? (registry === undefined ? [] : [registry]);
}

/**
 * Reads `registries`, or `registry`, its former name for a single one, which works until version 0.3.
 * @param read checks the registry at a property path
 */
export function readRegistries<R extends Registry>(
    check: ArgumentCheck,
    { registries, registry }: { registries?: R[]; registry?: R },
    read: (path: string, given: R) => R,
): R[] {
    if (registry !== undefined && registries !== undefined) {
        check.report("registry", "is the former name of registries, which is also set; add it to registries");
        return [];
    }
    if (registry !== undefined) {
        check.warn("registry", "is now the list registries; the old name works until 0.3");
        return [read("registry", registry)];
    }
    const all = registries ?? [];
    const servers = all.map(({ server }) => (typeof server === "string" ? server.toLowerCase() : undefined));
    return all.map((one, index) => {
        const at = `registries[${index}]`;
        const first = servers.indexOf(servers[index]);
        if (servers[index] !== undefined && first !== index) {
            check.report(
                `${at}.server`,
                `is ${JSON.stringify(one.server)}, the same as registries[${first}].server; remove one of the two`,
            );
        }
        return read(at, one);
    });
}
