import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import {
    CERTIFICATE_FILE,
    FRONT_CONFIGURATION_VARIABLE,
    SECRET_FOLDER,
    frontContainerCommand,
} from "../../components/front";
import { frontRoot } from "../../sandbox/images";
import { commandInRoot } from "../../sandbox/images/command";
import type { DebianTree } from "../../machine/debian";
import type { BenchNetwork } from "./network";
import {
    BACKEND_PORT,
    PORTS,
    SERVERS,
    type Server,
    backendConfiguration,
    bareConfiguration,
    caddyConfiguration,
    frontConfiguration,
    nginxConfiguration,
} from "./rivals";

/** Servers run on one processor and all other processes on the other, so that the server is the bottleneck. */
const SERVER_CPU = ["taskset", "--cpu-list", "0"];
export const CLIENT_CPU = ["taskset", "--cpu-list", "1"];

/** The command of a server and its environment. */
interface Program {
    command: readonly string[];
    env?: NodeJS.ProcessEnv;
}

/** Runs a command in the file system of the front's image. */
type InImage = (command: readonly string[]) => string[];

/** Starts the back end and all servers. Returns the process id of each. */
export async function startServers(
    network: BenchNetwork,
    tools: DebianTree,
    folder: string,
): Promise<Map<Server, number>> {
    const secrets = await writeFiles(folder);
    const root = await frontRoot();
    const mounts = { [SECRET_FOLDER]: secrets, "/bench": folder };
    const inImage: InImage = command =>
        commandInRoot({ root, networkNamespace: network.name, mounts }, command);
    await network.serve([...CLIENT_CPU, ...inImage(["haproxy", "-f", "/bench/backend.cfg"])], BACKEND_PORT);

    const programs = { ...programsInImage(inImage), ...debianPrograms(network, tools, folder) };
    const started = new Map<Server, number>();
    for (const server of SERVERS) {
        const { command, env } = programs[server];
        started.set(server, await network.serve([...SERVER_CPU, ...command], PORTS[server], env));
    }
    return started;
}

/**
 * Writes the certificate and the configurations of the back end and the servers.
 * @returns the folder of the certificate
 */
async function writeFiles(folder: string): Promise<string> {
    const secrets = path.join(folder, "secrets");
    await mkdir(secrets);
    const certificate = path.join(secrets, CERTIFICATE_FILE);
    await selfSigned(certificate);
    const files: Record<string, string> = {
        "backend.cfg": backendConfiguration(),
        "bare.cfg": bareConfiguration(`${SECRET_FOLDER}/${CERTIFICATE_FILE}`),
        "nginx.conf": nginxConfiguration(folder, certificate),
        Caddyfile: caddyConfiguration(certificate),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
    return secrets;
}

/** The servers that run the HAProxy of the front's image. */
function programsInImage(inImage: InImage): Record<"front" | "bare HAProxy", Program> {
    return {
        front: {
            command: inImage(frontContainerCommand),
            env: { ...process.env, [FRONT_CONFIGURATION_VARIABLE]: frontConfiguration() },
        },
        "bare HAProxy": { command: inImage(["haproxy", "-f", "/bench/bare.cfg"]) },
    };
}

/** The servers from Debian packages. */
function debianPrograms(
    network: BenchNetwork,
    tools: DebianTree,
    folder: string,
): Record<"nginx" | "Caddy", Program> {
    const inNamespace = ["nsenter", ...network.enter()];
    const caddyfile = path.join(folder, "Caddyfile");
    return {
        nginx: {
            command: [
                ...inNamespace,
                ...[tools.path("usr/sbin/nginx"), "-c", path.join(folder, "nginx.conf")],
            ],
            env: tools.environment,
        },
        Caddy: {
            command: [
                ...[...inNamespace, tools.path("usr/bin/caddy")],
                ...["run", "--adapter", "caddyfile", "--config", caddyfile],
            ],
            env: { ...tools.environment, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
        },
    };
}

async function selfSigned(file: string): Promise<void> {
    await execa("openssl", [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
        ...["-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:bench.test,IP:127.0.0.1"],
        ...["-keyout", file, "-out", `${file}.chain`],
    ]);
    await execa("sh", ["-c", 'cat "$1.chain" >>"$1" && rm "$1.chain"', "sh", file]);
}
