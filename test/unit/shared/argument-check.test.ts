import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { ArgumentCheck } from "../../../components/shared/argument-check";
import { hostnameProblem } from "../../../components/shared/host-name";
import { image } from "../../../components/shared/rules/text";
import { valueOf } from "../../../components/shared/value-of";
import { ignoreUnhandledRejections } from "../../support/unhandled-rejections";

ignoreUnhandledRejections();

it.each([
    ["an image", image, 'my "image" 7', /is "\[secret\]"; give an image reference like contoso/],
    ["a host name", hostnameProblem, "Score.-Hidden.com", /"\[secret\]": the part "\[secret\]" must have/],
])("does not repeat a secret that is not valid: %s", async (_, rule, value, message) => {
    const check = new ArgumentCheck("iris");
    await expect(valueOf(check.input("path", pulumi.secret(value), rule))).rejects.toThrow(message);
    const known = valueOf(check.input("path", pulumi.output(value), rule));
    await expect(known).rejects.toThrow(`path: ${rule(value)}`);
});
