import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import type { ContainerGroup } from "@azure/arm-containerinstance";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxUp } from "../../sandbox/lifecycle/sandbox";
import { groupedProcesses } from "../../sandbox/node/control-groups";
import { ensureImages } from "../../sandbox/images";
import { installStandIns } from "../../sandbox/providers/install";
import { debianPackages, type DebianTree } from "../../machine/debian";
import { ROOT } from "../../machine/root";
import { targetsOfOutputs, verifyService } from "../../cli/verify";
import { type StackOutputs, privateFiles, readableByOthers, secretsIn } from "./first-light-evidence";
import { TestProject } from "../../sandbox/testing/harness";
import { azureClients } from "../../sandbox/testing/azure-clients";
import { Workshop } from "../support/openssl";
import { testSandbox } from "../../sandbox/testing/test-sandbox";

const CANNOT_RUN =
    process.platform === "linux" && process.getuid?.() === 0 ? undefined : "it needs Linux and root";
const HOST = "score.contoso.test";
const RESOURCE_GROUP = "inference-local";
const SAMPLE = readFileSync(path.join(ROOT, "examples", "iris", "sample-request.json"), "utf8");
const WAIT_MS = 180_000;

describe.skipIf(CANNOT_RUN)(`a model on container instances${CANNOT_RUN ? ` (${CANNOT_RUN})` : ""}`, () => {
    const instance = testSandbox();
    const workshop = new Workshop();
    let project: TestProject;
    let tools: DebianTree;
    let outputs: StackOutputs;

    beforeAll(async () => {
        tools = await debianPackages(["bind9-dnsutils", "sslscan"]);
        await sandboxUp(instance);
        await ensureImages(instance);
        project = await TestProject.create({
            directory: ROOT,
            configuration: await readFile(path.join(ROOT, "stacks", "Pulumi.local.yaml"), "utf8"),
            plugins: home => installStandIns(home, instance),
            ownProcesses: true,
        });
        await project.configure("azure-secure-inference:dns.ttl", "5");
        await up();
    });

    afterAll(async () => {
        await project?.dispose();
        workshop.close();
    });

    /** Deploys what is configured and waits until it answers as declared. */
    async function up(): Promise<void> {
        const outcome = await project.up();
        expect(outcome.errors).toEqual([]);
        outputs = (await project.outputs({ showSecrets: true })) as unknown as StackOutputs;
        expect(await faults(WAIT_MS)).toEqual([]);
    }

    async function faults(waitMs?: number): Promise<string[]> {
        const report = await verifyService(targetsOfOutputs(outputs).get("")!, {
            dnsServer: `${instance.dns.address}:${instance.dns.port}`,
            authorities: outputs.certificate?.authority ? [outputs.certificate.authority] : customRoots,
            data: Buffer.from(SAMPLE),
            waitMs,
        });
        return report.checks.filter(one => one.outcome === "fault").map(one => `${one.name}: ${one.seen}`);
    }

    let customRoots: string[] = [];

    async function curl(
        url: string,
        ...args: string[]
    ): Promise<{ status: number; headers: string; body: string }> {
        const authority = outputs.certificate?.authority ?? customRoots[0];
        const trust = authority ? ["--cacert", workshop.write("trusted.pem", authority)] : [];
        const resolve = ["443", "80"].flatMap(port => ["--resolve", `${HOST}:${port}:${outputs.ipAddress}`]);
        const { stdout } = await execa("curl", ["-sS", "-i", ...trust, ...resolve, ...args, url]);
        const [headers = "", ...body] = stdout.split("\r\n\r\n");
        return {
            status: Number(/^HTTP\/\S+ (\d+)/.exec(headers)?.[1]),
            headers,
            body: body.join("\r\n\r\n"),
        };
    }

    const score = (url: string, key?: string) =>
        curl(
            url,
            ...["--data", SAMPLE, "--header", "Content-Type: application/json"],
            ...(key ? ["--header", `@${workshop.write("header", `Authorization: Bearer ${key}`)}`] : []),
        );

    it("scores over HTTPS for those who have a key, under v1's paths", async () => {
        for (const path of ["/score", "/api/v1/service/iris/score"]) {
            for (const key of [outputs.keys!.primary, outputs.keys!.secondary]) {
                const answer = await score(`https://${HOST}${path}`, key);
                expect({ status: answer.status, body: JSON.parse(answer.body) as unknown }).toEqual({
                    status: 200,
                    body: ["setosa", "virginica"],
                });
            }
            expect((await score(`https://${HOST}${path}`)).status).toBe(401);
            expect((await score(`https://${HOST}${path}`, "no-key-of-ours")).status).toBe(401);
        }
        const redirected = await curl(`http://${HOST}/score?a=b`);
        expect(redirected.status).toBe(308);
        expect(redirected.headers).toContain(`location: https://${HOST}/score?a=b`);
    });

    it("resolves from the custom domain to an address of the loopback range", async () => {
        const { stdout } = await execa(
            tools.path("usr/bin/dig"),
            [`@${instance.dns.address}`, "-p", String(instance.dns.port), "+noall", "+answer", HOST],
            { env: tools.environment },
        );
        const [alias, address] = stdout
            .trim()
            .split("\n")
            .map(line => line.split(/\s+/));
        expect(alias).toEqual([`${HOST}.`, "5", "IN", "CNAME", `${outputs.fqdn}.`]);
        expect(address?.slice(2)).toEqual(["IN", "A", outputs.ipAddress]);
        expect(outputs.ipAddress).toMatch(/^127\.0\./);
    });

    it("gives sslscan nothing to complain of", async () => {
        const { stdout } = await execa(
            tools.path("usr/bin/sslscan"),
            ["--no-colour", `--sni-name=${HOST}`, `${outputs.ipAddress}:443`],
            { env: tools.environment },
        );
        for (const version of ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"]) {
            expect(stdout).toMatch(new RegExp(`${version}\\s+disabled`));
        }
        for (const version of ["TLSv1.2", "TLSv1.3"])
            expect(stdout).toMatch(new RegExp(`${version}\\s+enabled`));
        const suites = stdout.split("\n").filter(line => /^(Preferred|Accepted)/.test(line));
        expect(suites.length).toBeGreaterThan(3);
        expect(suites.filter(line => !/GCM|CHACHA20/.test(line))).toEqual([]);
        expect(stdout).not.toMatch(/[^t] vulnerable to heartbleed/);
    });

    it("has nothing to change right after an update", async () => {
        expect((await project.preview()).steps).toEqual([]);
    });

    it("keeps its secrets from state, processes, logs and files that others can read", async () => {
        const secrets = await secretsIn(outputs, project);
        expect(secrets.length).toBeGreaterThanOrEqual(4);
        const places: Record<string, string> = {
            state: await project.rawState(),
            outputs: JSON.stringify(await project.outputs()),
            arguments: groupedProcesses(instance)
                .map(pid => readProcess(pid, "cmdline"))
                .join("\n"),
            files: await readableByOthers(instance.stateFolder),
            logs: await privateFiles(path.join(instance.stateFolder, "log")),
        };
        for (const [place, text] of Object.entries(places)) {
            const found = secrets.filter(({ value }) => text.includes(value)).map(({ name }) => name);
            expect({ place, found }).toEqual({ place, found: [] });
        }
        // The same search finds them where they have to be, so it can find.
        expect(secrets.filter(({ value }) => JSON.stringify(outputs).includes(value)).length).toBeGreaterThan(
            0,
        );
    });

    it("refuses a broken certificate at preview, names every finding, and leaves the service as it is", async () => {
        const root = workshop.root();
        const leaf = workshop.leaf(root, ["DNS:elsewhere.test"], {
            notAfter: new Date(Date.now() - 86_400_000),
        });
        const other = workshop.leaf(root, [`DNS:${HOST}`]);
        const started = await startedContainers();
        await project.configure("azure-secure-inference:tls.mode", "Custom");
        await project.configure("azure-secure-inference:tls.certificate", leaf.certificate, "--secret");
        await project.configure("azure-secure-inference:tls.privateKey", other.key, "--secret");
        const outcome = await project.preview();
        expect(outcome.succeeded).toBe(false);
        for (const code of ["leaf-expired", "key-mismatch", "name-not-covered"])
            expect(outcome.text).toContain(code);
        expect(await startedContainers()).toEqual(started);
        expect(await faults()).toEqual([]);
    });

    it("switches Custom → Disabled → SelfSigned by configuration alone, each in one update", async () => {
        await project.configure("azure-secure-inference:tls.mode", "Custom");
        const root = workshop.root();
        const intermediate = workshop.intermediate(root);
        const leaf = workshop.leaf(intermediate, [`DNS:${HOST}`]);
        await project.configure(
            "azure-secure-inference:tls.certificate",
            leaf.certificate + intermediate.certificate,
            "--secret",
        );
        await project.configure("azure-secure-inference:tls.privateKey", leaf.key, "--secret");
        customRoots = [root.certificate];
        await up();
        const shown = await execa(
            "openssl",
            [
                ...["s_client", "-connect", `${outputs.ipAddress}:443`, "-servername", HOST, "-showcerts"],
                ...["-CAfile", root.certificateFile, "-verify_return_error", "-verify_hostname", HOST],
            ],
            { input: "" },
        );
        expect(shown.stdout).toContain("Verify return code: 0 (ok)");
        expect(shown.stdout.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);

        await project.configure("azure-secure-inference:tls.mode", "Disabled");
        await up();
        expect(outputs.scoringUri).toBe(`http://${HOST}/score`);
        expect((await score(outputs.scoringUri, outputs.keys!.primary)).status).toBe(200);

        await project.configure("azure-secure-inference:tls.mode", "SelfSigned");
        await up();
        expect((await score(`https://${HOST}/score`, outputs.keys!.primary)).status).toBe(200);
    });

    it("finds on refresh that the group was deleted behind its back, and makes it again", async () => {
        const name = (await group()).name!;
        const clients = azureClients(instance);
        await clients.containers.containerGroups.beginDeleteAndWait(RESOURCE_GROUP, name);
        const refreshed = await project.refresh();
        expect(refreshed.steps.map(one => [one.op, one.type])).toContainEqual([
            "delete",
            "azure-native:containerinstance:ContainerGroup",
        ]);
        await up();
    });

    it("destroys everything", async () => {
        const outcome = await project.destroy();
        expect(outcome.errors).toEqual([]);
        const left: string[] = [];
        for await (const group of azureClients(instance).resources.resourceGroups.list())
            left.push(group.name!);
        expect(left).not.toContain(RESOURCE_GROUP);
    });

    /** The one container group that was deployed, as Microsoft's client sees it. */
    async function group(): Promise<ContainerGroup> {
        const groups: ContainerGroup[] = [];
        const { containerGroups } = azureClients(instance).containers;
        for await (const one of containerGroups.listByResourceGroup(RESOURCE_GROUP)) groups.push(one);
        expect(groups).toHaveLength(1);
        return await containerGroups.get(RESOURCE_GROUP, groups[0]!.name!);
    }

    /** Changes when a container was started again. */
    async function startedContainers(): Promise<unknown[]> {
        const { containers } = await group();
        return containers.map(one => [one.name, one.instanceView?.currentState?.startTime]);
    }
});

function readProcess(pid: number, file: string): string {
    try {
        return readFileSync(`/proc/${pid}/${file}`, "utf8");
    } catch {
        // It has ended since it was listed.
        return "";
    }
}
