import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { valueOf } from "../../../components/shared/value-of";
import { ignoreUnhandledRejections } from "../../support/unhandled-rejections";

describe("valueOf", () => {
    ignoreUnhandledRejections();

    it.each<[string, pulumi.Input<string>]>([
        ["a value", "value"],
        ["a promise", Promise.resolve("value")],
        ["an output", pulumi.output("value")],
        ["a secret", pulumi.secret("value")],
        ["an output in a promise", Promise.resolve(pulumi.output("value")) as never],
    ])("resolves for %s", async (_, input) => {
        expect(await valueOf(input)).toBe("value");
    });

    it.each<[string, () => pulumi.Input<unknown>]>([
        ["a promise", () => Promise.reject(new Error("no address"))],
        ["an output", () => pulumi.output(Promise.reject(new Error("no address")))],
        [
            "a function of an output",
            () =>
                pulumi.output(1).apply(() => {
                    throw new Error("no address");
                }),
        ],
        [
            "an output in a list",
            () => pulumi.all([pulumi.output("a"), pulumi.output(Promise.reject(new Error("no address")))]),
        ],
    ])("rejects when %s rejects", async (_, input) => {
        await expect(valueOf(input())).rejects.toThrow("no address");
    });
});
