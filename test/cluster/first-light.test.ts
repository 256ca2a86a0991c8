import { readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import type { ContainerGroup } from "@azure/arm-containerinstance";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { targetsOfOutputs, verifyService } from "../../cli/verify";
import { type DebianTree, debianPackages } from "../../machine/debian";
import { ROOT } from "../../machine/root";
import { ensureImages } from "../../sandbox/images";
import { azureClients } from "../../sandbox/testing/azure-clients";
import { EVENT_LOGS, type TestProject } from "../../sandbox/testing/harness";
import { Kubectl } from "../../sandbox/testing/kubectl";
import { MODEL_IMAGE } from "../../sandbox/testing/model-image";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";
import { secret } from "../../sandbox/testing/stack-configuration";
import { testSandbox } from "../../sandbox/testing/test-sandbox";
import { prepareSandbox } from "../support/aks-stage";
import { type Answer, curl } from "../support/curl";
import { FULL } from "../../sandbox/testing/full";
import { OpensslWorkspace } from "../support/openssl";
import { filesBelow, privateKeysOf, processArguments, secretsFoundIn } from "../support/secrets";
import { configure, createServiceStack, stackSettings } from "../support/service-stack";

/** The outputs of the stack that the tests use. */
interface StackOutputs {
    scoringUri: string;
    fqdn: string;
    ipAddress: string;
    certificate?: { authority?: string };
    keys?: { primary: string; secondary: string };
}

const HOST = "score.contoso.test";
const RESOURCE_GROUP = "inference-local";
const SAMPLE = readFileSync(path.join(ROOT, "examples", "iris", "sample-request.json"), "utf8");
/** The longest wait for a deployed service. */
const WAIT_MS = 180_000;
const TTL = 1;

/** The stack `local` as `npm run up` deploys it, with a short drain. The tests depend on each other's order. */
describe.skipIf(CANNOT_RUN)(titled("a model on Container Instances"), () => {
    const instance = testSandbox();
    const workspace = new OpensslWorkspace();
    let project: TestProject;
    let tools: DebianTree;
    let outputs: StackOutputs;

    beforeAll(async () => {
        tools = await debianPackages(["bind9-dnsutils", "sslscan"]);
        await prepareSandbox(instance);
        await ensureImages(instance);
        project = await createServiceStack(instance, stackSettings("local"));
        configure(project, { "dns.ttl": TTL, "limits.scoringTimeoutMs": 3_000 });
        await up();
    });

    afterAll(async () => {
        await project?.dispose();
        workspace.close();
    });

    /** Deploys the current settings and waits until `verify` finds no fault. */
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

    function request(url: string, ...args: string[]): Promise<Answer> {
        const authority = outputs.certificate?.authority ?? customRoots[0];
        const authorityFile = authority && workspace.write("trusted.pem", authority);
        return curl(url, { address: outputs.ipAddress, authorityFile }, ...args);
    }

    const score = (url: string, key?: string) =>
        request(
            url,
            ...["--data", SAMPLE, "--header", "Content-Type: application/json"],
            ...(key ? ["--header", `@${workspace.write("header", `Authorization: Bearer ${key}`)}`] : []),
        );

    it("scores over HTTPS under the paths of v1, with either key", async () => {
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
        const redirected = await request(`http://${HOST}/score?a=b`);
        expect(redirected.status).toBe(308);
        expect(redirected.headers).toContain(`location: https://${HOST}/score?a=b`);
    });

    it("resolves the custom domain by its CNAME to a loopback address", async () => {
        const { stdout } = await execa(
            tools.path("usr/bin/dig"),
            [`@${instance.dns.address}`, "-p", String(instance.dns.port), "+noall", "+answer", HOST],
            { env: tools.environment },
        );
        const [alias, address] = stdout
            .trim()
            .split("\n")
            .map(line => line.split(/\s+/));
        expect(alias).toEqual([`${HOST}.`, String(TTL), "IN", "CNAME", `${outputs.fqdn}.`]);
        expect(address?.slice(2)).toEqual(["IN", "A", outputs.ipAddress]);
        expect(outputs.ipAddress).toMatch(/^127\.0\./);
    });

    it("passes sslscan: TLS 1.2 and 1.3 only, AEAD cipher suites only", async () => {
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

    it("has no changes right after an update", async () => {
        expect((await project.preview()).steps).toEqual([]);
    });

    it("leaks no secret to state, outputs, arguments, logs or files", async () => {
        const { primary = "", secondary = "" } = outputs.keys ?? {};
        const secrets = [
            ...(await privateKeysOf(project)),
            { name: "primary key", value: primary },
            { name: "secondary key", value: secondary },
        ];
        expect(secrets.length).toBeGreaterThanOrEqual(4);
        const kubectl = await Kubectl.forSandbox(instance);
        const places: Record<string, string> = {
            state: await project.rawState(),
            outputs: JSON.stringify(await project.outputs()),
            arguments: processArguments(instance),
            logs: await filesBelow(path.join(instance.stateFolder, "log")),
            "logs of the containers": await containerLogs(kubectl),
            // State, history, logs and configuration. The plug-ins are programs.
            files: await filesBelow(project.state, ["plugins", EVENT_LOGS]),
        };
        for (const [place, text] of Object.entries(places)) {
            expect({ place, empty: text === "", found: secretsFoundIn(text, secrets) }).toEqual({
                place,
                empty: false,
                found: [],
            });
        }
        // Azure's and Kubernetes' own data has them, and only root may enter its folder.
        expect(statSync(instance.stateFolder).mode & 0o077).toBe(0);
        // Among them are the lines of the requests that had a key.
        expect(places["logs of the containers"]).toContain('"path":"/score"');
        // The same search finds the served private key in the Secrets of Kubernetes (Base64).
        const stored = await kubectl.run("get", "secrets", "--all-namespaces", "--output=yaml");
        expect(secretsFoundIn(stored, secrets)).toHaveLength(1);
    });

    it("refuses an invalid certificate at preview with every finding, and the service stays", async () => {
        const root = workspace.root();
        const leaf = workspace.leaf(root, ["DNS:elsewhere.test"], {
            notAfter: new Date(Date.now() - 86_400_000),
        });
        const other = workspace.leaf(root, [`DNS:${HOST}`]);
        const started = await startedContainers();
        configure(project, {
            "tls.mode": "Custom",
            "tls.certificate": secret(leaf.certificate),
            "tls.privateKey": secret(other.key),
        });
        const outcome = await project.preview();
        expect(outcome.succeeded).toBe(false);
        for (const code of ["leaf-expired", "key-mismatch", "name-not-covered"])
            expect(outcome.text).toContain(code);
        expect(await startedContainers()).toEqual(started);
        expect(await faults()).toEqual([]);
    });

    it("switches to Custom, Disabled and SelfSigned, each in one update", async () => {
        const root = workspace.root();
        const intermediate = workspace.intermediate(root);
        const leaf = workspace.leaf(intermediate, [`DNS:${HOST}`]);
        configure(project, {
            // Starts at once; the other tests are not about the image.
            "model.image": MODEL_IMAGE,
            "tls.mode": "Custom",
            "tls.certificate": secret(leaf.certificate + intermediate.certificate),
            "tls.privateKey": secret(leaf.key),
        });
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

        configure(project, { "tls.mode": "Disabled" });
        await up();
        expect(outputs.scoringUri).toBe(`http://${HOST}/score`);
        expect((await score(outputs.scoringUri, outputs.keys!.primary)).status).toBe(200);

        configure(project, { "tls.mode": "SelfSigned" });
        await up();
        expect((await score(`https://${HOST}/score`, outputs.keys!.primary)).status).toBe(200);
    });

    // engine/aci.test.ts proves it without containers.
    it.runIf(FULL)("recreates a group that was deleted outside of the stack", async () => {
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

    it("destroys all its resources", async () => {
        const outcome = await project.destroy();
        expect(outcome.errors).toEqual([]);
        const left: string[] = [];
        for await (const group of azureClients(instance).resources.resourceGroups.list())
            left.push(group.name!);
        expect(left).not.toContain(RESOURCE_GROUP);
    });

    /** The deployed container group, read with Microsoft's client. */
    async function group(): Promise<ContainerGroup> {
        const groups: ContainerGroup[] = [];
        const { containerGroups } = azureClients(instance).containers;
        for await (const one of containerGroups.listByResourceGroup(RESOURCE_GROUP)) groups.push(one);
        expect(groups).toHaveLength(1);
        return await containerGroups.get(RESOURCE_GROUP, groups[0]!.name!);
    }

    /** Name and start time of each container. */
    async function startedContainers(): Promise<unknown[]> {
        const { containers } = await group();
        return containers.map(one => [one.name, one.instanceView?.currentState?.startTime]);
    }
});

/** What all containers of all container groups have written. */
async function containerLogs(kubectl: Kubectl): Promise<string> {
    const pods = await kubectl.run(
        ...["get", "pods", "--all-namespaces", "--output"],
        "jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{'\\n'}{end}",
    );
    const logs = pods
        .trim()
        .split("\n")
        .map(line => line.split(" "))
        .map(([namespace = "", pod = ""]) =>
            kubectl.run("logs", "--namespace", namespace, pod, "--all-containers"),
        );
    return (await Promise.all(logs)).join("\n");
}
