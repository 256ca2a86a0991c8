import { mkdir, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import {
    CERTIFICATE_FILE,
    CONFIGURATION_FOLDER,
    FRONT_CONFIGURATION_VARIABLE,
    SECRET_FOLDER,
    frontContainerCommand,
    frontPodCommand,
    frontScripts,
} from "../../components/front";
import { frontRoot } from "../../sandbox/images";
import { commandInRoot } from "../../sandbox/images/command";
import type { DebianTree } from "../../machine/debian";
import type { BenchNetwork } from "./network";
import {
    BACKEND_PORT,
    HOP_SERVERS,
    PORTS,
    SERVERS,
    type Server,
    backendConfiguration,
    bareConfiguration,
    caddyConfiguration,
    CERTIFICATE_PATH,
    frontConfiguration,
    nginxConfiguration,
    podFrontFiles,
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

/** Starts the back end. Returns how to run a command in the image. */
async function startBackEnd(network: BenchNetwork, folder: string): Promise<InImage> {
    const secrets = await writeFiles(folder);
    const root = await frontRoot();
    const mounts = {
        [SECRET_FOLDER]: secrets,
        [CONFIGURATION_FOLDER]: path.join(folder, "pod"),
        "/bench": folder,
    };
    const inImage: InImage = command =>
        commandInRoot({ root, networkNamespace: network.name, mounts, workingFolder: "/bench" }, command);
    await network.serve([...CLIENT_CPU, ...inImage(["haproxy", "-f", "/bench/backend.cfg"])], BACKEND_PORT);
    return inImage;
}

/** Starts the back end and all servers. Returns the process id of each. */
export async function startServers(
    network: BenchNetwork,
    tools: DebianTree,
    folder: string,
): Promise<Map<Server, number>> {
    const inImage = await startBackEnd(network, folder);
    const programs = { ...programsInImage(inImage), ...debianPrograms(network, tools, folder) };
    const started = new Map<Server, number>();
    for (const server of SERVERS) started.set(server, await start(network, programs[server], PORTS[server]));
    return started;
}

/** Starts the back end, the front of a pod that forwards requests to itself, and its rival. */
export async function startHop(network: BenchNetwork, folder: string): Promise<void> {
    const inImage = await startBackEnd(network, folder);
    const programs = {
        "pod's front with its hop": { command: inImage(frontPodCommand) },
        "bare HAProxy": programsInImage(inImage)["bare HAProxy"],
    };
    for (const server of HOP_SERVERS) await start(network, programs[server], PORTS[server]);
}

/** Starts the back end and a HAProxy for each configuration. Returns their process ids. */
export async function startHAProxies(
    network: BenchNetwork,
    folder: string,
    configurations: readonly { text: string; port: number }[],
): Promise<number[]> {
    const inImage = await startBackEnd(network, folder);
    const started: number[] = [];
    for (const { text, port } of configurations) {
        await writeFile(path.join(folder, `${port}.cfg`), text);
        started.push(
            await start(network, { command: inImage(["haproxy", "-f", `/bench/${port}.cfg`]) }, port),
        );
    }
    return started;
}

function start(network: BenchNetwork, { command, env }: Program, port: number): Promise<number> {
    return network.serve([...SERVER_CPU, ...command], port, env);
}

/**
 * Writes the certificate and the configurations of the back end and the servers.
 * @returns the folder of the certificate
 */
async function writeFiles(folder: string): Promise<string> {
    const secrets = path.join(folder, "secrets");
    await mkdir(secrets);
    await mkdir(path.join(folder, "pod"));
    const certificate = path.join(secrets, CERTIFICATE_FILE);
    await selfSigned(certificate);
    const files: Record<string, string> = {
        "backend.cfg": backendConfiguration(),
        "bare.cfg": bareConfiguration(CERTIFICATE_PATH),
        "nginx.conf": nginxConfiguration(folder, certificate),
        Caddyfile: caddyConfiguration(certificate),
    };
    for (const [name, content] of Object.entries(podFrontFiles())) files[path.join("pod", name)] = content;
    Object.assign(files, frontScripts("fixed"));
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
