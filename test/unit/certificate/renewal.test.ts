import { describe, expect, it } from "vitest";
import { ArgumentCheck, ArgumentsError } from "../../../components/shared/argument-check";
import { Environment } from "../../../components/shared/environment";
import { readTls, type TlsArgs, TlsMode } from "../../../components/certificate/tls-arguments";
import { expiryProblem } from "../../../components/certificate/self-signed-certificate";

function problems(tls: TlsArgs): Record<string, string> {
    const check = new ArgumentCheck("iris");
    readTls(check, tls, Environment.Development, undefined);
    try {
        check.throwIfAny();
        return {};
    } catch (error) {
        const { errors } = error as ArgumentsError;
        return Object.fromEntries(errors.map(one => [one.propertyPath, one.reason]));
    }
}

describe("tls.renewalTrigger", () => {
    it("is accepted when the stack creates the certificate", () => {
        expect(problems({ mode: TlsMode.SelfSigned, renewalTrigger: "2026-11-24" })).toEqual({});
    });

    it.each([
        [TlsMode.Custom, /conflicts with tls\.mode Custom.*; renew the certificate with its authority/],
        [TlsMode.Disabled, /conflicts with tls\.mode Disabled.*; remove it/],
    ])("is refused with %s, where the stack creates no certificate", (mode, reason) => {
        const reported = problems({ mode, renewalTrigger: "2026-11-24" });
        expect(Object.keys(reported)).toEqual(["tls.renewalTrigger"]);
        expect(reported["tls.renewalTrigger"]).toMatch(reason);
    });

    it("must not be blank", () => {
        const reported = problems({ mode: TlsMode.SelfSigned, renewalTrigger: " " });
        expect(Object.keys(reported)).toEqual(["tls.renewalTrigger"]);
        expect(reported["tls.renewalTrigger"]).toMatch(/is empty; set it to a value/);
    });
});

describe("expiryProblem", () => {
    const info = { notAfter: "2026-11-24T12:00:00.000Z" } as Parameters<typeof expiryProblem>[0];

    it("accepts a certificate until the instant of notAfter", () => {
        expect(expiryProblem(info, new Date("2026-11-24T12:00:00.000Z"))).toBeUndefined();
    });

    it("reports an expired certificate and says what to do", () => {
        expect(expiryProblem(info, new Date("2026-11-24T12:00:00.001Z"))).toMatch(
            /expired on 2026-11-24T12:00:00\.000Z.*set tls\.renewalTrigger to a new value/,
        );
    });
});
