import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ArgumentCheck } from "../../../components/shared/argument-check";
import { hostnameProblem } from "../../../components/shared/host-name";
import { image } from "../../../components/shared/rules/text";
import { valueOf } from "../../../components/shared/value-of";

// Pulumi keeps several promises for each output and handles none of them: they all reject together.
const listeners = process.listeners("unhandledRejection");
beforeEach(() => {
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", () => undefined);
});
afterEach(async () => {
    await new Promise(resolve => setImmediate(resolve));
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
});

it.each([
    ["an image", image, 'my "image" 7', /is "\[secret\]"; give an image reference like contoso/],
    ["a host name", hostnameProblem, "Score.-Hidden.com", /"\[secret\]": the part "\[secret\]" must have/],
])("does not repeat a secret that is not valid: %s", async (_, rule, value, message) => {
    const check = new ArgumentCheck("iris");
    await expect(valueOf(check.input("path", pulumi.secret(value), rule))).rejects.toThrow(message);
    const known = valueOf(check.input("path", pulumi.output(value), rule));
    await expect(known).rejects.toThrow(`path: ${rule(value)}`);
});
