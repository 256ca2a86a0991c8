import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../machine/root";
import { startArm, type TestArm } from "../../sandbox/testing/arm";
import type { Outcome, TestProject } from "../../sandbox/testing/harness";
import { digestOf, startRegistry, type TestRegistry, TOKEN } from "../support/registry";
import { configure, createServiceStack, settingsWithoutZone } from "../support/service-stack";

const NAME = "docker.io/haproxytech/haproxy-debian";
const TAGGED = `${NAME}:3.0`;
const REGISTRY_PASSWORD = "password-of-the-pull-registry";

/** The program in stacks/ with the default image, and a registry on loopback in place of Docker Hub. The tests depend on each other's order. */
let arm: TestArm;
let registry: TestRegistry;
let service: TestProject;

beforeAll(async () => {
    arm = await startArm();
    registry = await startRegistry("https://auth.docker.io/token");
    const { front: _, ...settings } = settingsWithoutZone();
    const pull = { server: "contoso.azurecr.io", username: "reader", password: REGISTRY_PASSWORD };
    service = await createServiceStack(arm.instance, { ...settings, registry: pull }, { ownProcesses: true });
    const preload = path.join(ROOT, "test", "support", "registry-redirect.cjs");
    service.environment.NODE_OPTIONS = `--require=${preload}`;
    service.environment.TEST_REGISTRY = registry.host;
});

afterAll(async () => {
    await service.abandon();
    await registry.close();
    await arm.close();
});

const steps = ({ steps: all }: Outcome): string[] => all.map(({ op, name }) => `${op} ${name}`).sort();
/** Without the advice to copy the image into another registry. */
const imageWarnings = ({ warnings }: Outcome): string[] =>
    warnings.filter(text => text.includes(TAGGED) && !text.includes("az acr import"));

async function preview(): Promise<Outcome> {
    const result = await service.preview();
    expect(result.errors).toEqual([]);
    expect(result.succeeded).toBe(true);
    return result;
}

async function up(): Promise<Outcome> {
    const result = await service.up();
    expect(result.errors).toEqual([]);
    expect(result.text).not.toContain(TOKEN);
    expect(result.text).not.toContain(REGISTRY_PASSWORD);
    return result;
}

/** The front's image in the container group and in the outputs of the stack. */
async function deployed(): Promise<string> {
    const [group] = arm.resources().filter(one => /containerGroups/i.test(one.type));
    const { images } = (await service.outputs()) as { images: { front: { image: string; tagged: string } } };
    expect(images.front.tagged).toBe(TAGGED);
    expect(JSON.stringify(group)).toContain(JSON.stringify(images.front.image));
    return images.front.image;
}

describe("the image of the front while its registry cannot be asked", () => {
    it("is the tag, with one warning", async () => {
        registry.override = (_, response) => !!response.writeHead(429).end();
        const result = await up();
        expect(imageWarnings(result)).toHaveLength(1);
        expect(imageWarnings(result)[0]).toMatch(/limits the number of requests.*imageRenewalTrigger/);
        expect(await deployed()).toBe(TAGGED);
    });

    it("does not change in the next runs, with or without the registry", async () => {
        const away = await preview();
        expect([steps(away), imageWarnings(away)]).toEqual([[], []]);
        registry.override = undefined;
        registry.digests.set("3.0", digestOf("a"));
        expect(steps(await up())).toEqual([]);
    });
});

describe("imageRenewalTrigger", () => {
    it("changes the tag to the digest, and preview shows it", async () => {
        configure(service, { imageRenewalTrigger: "first" });
        const planned = await preview();
        expect(steps(planned)).toEqual([
            "create-replacement iris-front-image",
            "delete-replaced iris-front-image",
            "replace iris-front-image",
            "update iris",
            "update iris-front-image",
        ]);
        expect(planned.steps.find(({ type }) => type.endsWith(":ContainerGroup"))?.diffs).toEqual([
            "containers[0].image",
        ]);
        expect(imageWarnings(await up())).toEqual([]);
        expect(await deployed()).toBe(`${NAME}@${digestOf("a")}`);
    });

    it("is needed for a tag that has moved", async () => {
        registry.digests.set("3.0", digestOf("b"));
        expect(steps(await preview())).toEqual([]);
        expect((await service.refresh()).errors).toEqual([]);
        expect(steps(await up())).toEqual([]);
        expect(await deployed()).toBe(`${NAME}@${digestOf("a")}`);

        configure(service, { imageRenewalTrigger: "second" });
        await up();
        expect(await deployed()).toBe(`${NAME}@${digestOf("b")}`);
        expect(steps(await preview())).toEqual([]);
    });

    it("fails without the registry, and the digest stays", async () => {
        registry.override = (_, response) => !!response.writeHead(404).end();
        const quiet = await preview();
        expect([steps(quiet), imageWarnings(quiet)]).toEqual([[], []]);
        configure(service, { imageRenewalTrigger: "third" });
        for (const refused of [await service.preview(), await service.up()]) {
            expect(refused.succeeded).toBe(false);
            expect(refused.text).toMatch(/cannot be renewed, because its registry does not have this image/);
        }
        expect(await deployed()).toBe(`${NAME}@${digestOf("b")}`);
        configure(service, { imageRenewalTrigger: "second" });
        expect(steps(await up())).toEqual([]);
    });

    it("does not touch an image of the user", async () => {
        configure(service, { "front.image": "localhost/front:3.0" });
        registry.requests.length = 0;
        await up();
        expect(registry.requests).toEqual([]);
        const { images } = (await service.outputs()) as { images: unknown };
        expect(images).toEqual({ front: { image: "localhost/front:3.0" } });
    });
});
