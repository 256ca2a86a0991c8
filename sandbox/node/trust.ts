import { existsSync, readFileSync } from "node:fs";
import { execa } from "execa";
import type { SandboxInstance } from "../instance";
import { CertificateAuthority } from "./authority";
import { nodeFolder } from "./configuration";
import type { NodeTools } from "./tools";

/** Where images of Debian, Ubuntu and Alpine keep the authorities to trust, and programs look for them. */
const AUTHORITIES_FILE = "/etc/ssl/certs/ca-certificates.crt";

/** The sandbox's authority, made at the first call: it signs for the sandbox's Azure. `ca.pem` in the state folder. */
export function sandboxAuthority({ stateFolder }: SandboxInstance): Promise<CertificateAuthority> {
    return CertificateAuthority.open(stateFolder, "azure-secure-inference sandbox");
}

/** What containers trust: the machine's authorities and the sandbox's own. */
export async function trustedAuthorities(instance: SandboxInstance): Promise<string> {
    const { files } = await sandboxAuthority(instance);
    const machine = existsSync(AUTHORITIES_FILE) ? readFileSync(AUTHORITIES_FILE, "utf8") : "";
    return `${machine.trimEnd()}\n${readFileSync(files.certificate, "utf8")}`;
}

/**
 * From what containerd makes the specification of each container: its own default, and the file with `trustedAuthorities`
 * over that of the image. So whatever runs here trusts the sandbox's Azure, with no word of it in image, pod or container
 * group.
 */
export async function containerSpecification(instance: SandboxInstance, tools: NodeTools): Promise<string> {
    const { stdout } = await execa(tools.ctr, ["oci", "spec"], { env: tools.environment, stdin: "ignore" });
    const specification = JSON.parse(stdout) as {
        mounts: object[];
        process: { rlimits?: unknown; apparmorProfile?: unknown };
        linux: { seccomp?: unknown };
    };
    // containerd takes these out of its own default for Kubernetes, but not of a file.
    delete specification.process.rlimits;
    delete specification.process.apparmorProfile;
    delete specification.linux.seccomp;
    specification.mounts.push({
        destination: AUTHORITIES_FILE,
        type: "bind",
        source: authoritiesFile(instance),
        options: ["rbind", "ro"],
    });
    return JSON.stringify(specification);
}

/** Where `trustedAuthorities` is for containers. */
export function authoritiesFile(instance: SandboxInstance): string {
    return nodeFolder(instance, "authorities.pem");
}
