import { describe, expect, it } from "vitest";
import { ArgumentCheck, ArgumentsError } from "../../../components/shared/argument-check";
import { Environment } from "../../../components/shared/environment";
import { readTls, type TlsArgs, TlsMode } from "../../../components/certificate/tls-arguments";
import { missedRenewal } from "../../../components/certificate/self-signed-certificate";

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
    it("goes with a certificate that the stack makes", () => {
        expect(problems({ mode: TlsMode.SelfSigned, renewalTrigger: "2026-11-24" })).toEqual({});
    });

    it.each([
        [TlsMode.Custom, /does not go with mode Custom.*; renew your certificate where it comes from/],
        [TlsMode.Disabled, /does not go with mode Disabled.*; there is no certificate/],
    ])("is refused with %s, where the stack makes none", (mode, reason) => {
        const found = problems({ mode, renewalTrigger: "2026-11-24" });
        expect(Object.keys(found)).toEqual(["tls.renewalTrigger"]);
        expect(found["tls.renewalTrigger"]).toMatch(reason);
    });

    it("must not be blank", () => {
        const found = problems({ mode: TlsMode.SelfSigned, renewalTrigger: " " });
        expect(Object.keys(found)).toEqual(["tls.renewalTrigger"]);
        expect(found["tls.renewalTrigger"]).toMatch(/is empty; set it to a value/);
    });
});

describe("missedRenewal", () => {
    const info = { notAfter: "2026-11-24T12:00:00.000Z" } as Parameters<typeof missedRenewal>[0];

    it("has nothing against a certificate up to its last moment", () => {
        expect(missedRenewal(info, new Date("2026-11-24T12:00:00.000Z"))).toBeUndefined();
    });

    it("serves none beyond it, and says what to do", () => {
        expect(missedRenewal(info, new Date("2026-11-24T12:00:00.001Z"))).toMatch(
            /ended on 2026-11-24T12:00:00\.000Z.*not there before to have a new one/,
        );
    });
});
