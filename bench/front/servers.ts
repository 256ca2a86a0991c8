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

/** Starts the back end and all servers. Returns the process id of each. */
export async function startServers(
    network: BenchNetwork,
    tools: DebianTree,
    folder: string,
): Promise<Map<Server, number>> {
    const root = await frontRoot();
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

    const inImage = (command: readonly string[]) =>
        commandInRoot(
            { root, networkNamespace: network.name, mounts: { [SECRET_FOLDER]: secrets, "/bench": folder } },
            command,
        );
    const inside = (command: readonly string[]) => ["nsenter", ...network.enter(), ...command];

    await network.serve([...CLIENT_CPU, ...inImage(["haproxy", "-f", "/bench/backend.cfg"])], BACKEND_PORT);
    return new Map<Server, number>([
        [
            "front",
            await network.serve([...SERVER_CPU, ...inImage(frontContainerCommand)], PORTS.front, {
                ...process.env,
                [FRONT_CONFIGURATION_VARIABLE]: frontConfiguration(),
            }),
        ],
        [
            "bare HAProxy",
            await network.serve(
                [...SERVER_CPU, ...inImage(["haproxy", "-f", "/bench/bare.cfg"])],
                PORTS["bare HAProxy"],
            ),
        ],
        [
            "nginx",
            await network.serve(
                [
                    ...SERVER_CPU,
                    ...inside([tools.path("usr/sbin/nginx"), "-c", path.join(folder, "nginx.conf")]),
                ],
                PORTS.nginx,
                tools.environment,
            ),
        ],
        [
            "Caddy",
            await network.serve(
                [
                    ...SERVER_CPU,
                    ...inside([
                        tools.path("usr/bin/caddy"),
                        ...["run", "--adapter", "caddyfile", "--config", path.join(folder, "Caddyfile")],
                    ]),
                ],
                PORTS.Caddy,
                { ...tools.environment, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
            ),
        ],
    ]);
}

async function selfSigned(file: string): Promise<void> {
    await execa("openssl", [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
        ...["-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:bench.test,IP:127.0.0.1"],
        ...["-keyout", file, "-out", `${file}.chain`],
    ]);
    await execa("sh", ["-c", 'cat "$1.chain" >>"$1" && rm "$1.chain"', "sh", file]);
}
