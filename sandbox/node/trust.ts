import { existsSync, readFileSync } from "node:fs";
import { execa } from "execa";
import type { SandboxInstance } from "../instance";
import { CertificateAuthority } from "./authority";
import { nodeFolder } from "./configuration";
import type { NodeTools } from "./tools";

/** The file with trusted certificate authorities in images of Debian, Ubuntu and Alpine. */
const AUTHORITIES_FILE = "/etc/ssl/certs/ca-certificates.crt";

/** The authority that signs the certificates of the sandbox's Azure endpoints. Its certificate is `ca.pem` in the state folder. */
export function sandboxAuthority({ stateFolder }: SandboxInstance): Promise<CertificateAuthority> {
    return CertificateAuthority.open(stateFolder, "azure-secure-inference sandbox");
}

/** PEM text of the authorities that containers trust: those of the machine and that of the sandbox. */
export async function trustedAuthorities(instance: SandboxInstance): Promise<string> {
    const { files } = await sandboxAuthority(instance);
    const machine = existsSync(AUTHORITIES_FILE) ? readFileSync(AUTHORITIES_FILE, "utf8") : "";
    return `${machine.trimEnd()}\n${readFileSync(files.certificate, "utf8")}`;
}

/**
 * The base of containerd's specification of every container: its default, with the `trustedAuthorities` file mounted over the
 * file of the image. All containers therefore trust the sandbox's Azure without a change to image, pod or container group.
 */
export async function containerSpecification(instance: SandboxInstance, tools: NodeTools): Promise<string> {
    const { stdout } = await execa(tools.ctr, ["oci", "spec"], { env: tools.environment, stdin: "ignore" });
    const specification = JSON.parse(stdout) as {
        mounts: object[];
        process: { rlimits?: unknown; apparmorProfile?: unknown };
        linux: { seccomp?: unknown };
    };
    // For Kubernetes, containerd removes these from its built-in default, but not from a file.
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

/** The file with `trustedAuthorities`. */
export function authoritiesFile(instance: SandboxInstance): string {
    return nodeFolder(instance, "authorities.pem");
}
