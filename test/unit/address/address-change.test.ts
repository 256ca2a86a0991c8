import { describe, expect, it } from "vitest";
import { AcmeChallenge, TlsMode } from "../../../components";
import { type Address, addressProblem, addressWarnings } from "../../../components/address/address-change";

const FQDN = "contoso123456.westeurope.azurecontainer.io";
const HOSTNAME = "score.contoso.com";
const { Auto, Custom, SelfSigned, Disabled } = TlsMode;
/** The engine passes such an object for an unknown value. */
const UNKNOWN = { __pulumiUnknown: true };

const address = (tlsMode: TlsMode, changes: Partial<Address> = {}): Address => ({
    fqdn: FQDN,
    tlsMode,
    ...(tlsMode !== Disabled && { hstsMaxAgeSeconds: 31_536_000 }),
    ...(tlsMode === Auto && { challenge: AcmeChallenge.Http01 }),
    ...changes,
});
const leaf = address;
const domain = (tlsMode: TlsMode, changes: Partial<Address> = {}): Address =>
    address(tlsMode, { hostname: HOSTNAME, ...changes });

const NAME = "tls.hostname: the service would no longer answer as score.contoso.com";
const CERTIFICATE = `tls.hostname: the certificate would no longer be for ${FQDN}`;

/** Every switch from one state to another: a refusal (the reason), a warning (its kind), or neither. */
const SWITCHES: [from: Address, row: (string | undefined)[]][] = [
    //                 leaf: Auto, SelfSigned, Disabled; domain: Auto, Custom, SelfSigned, Disabled
    [leaf(Auto), [undefined, undefined, "no TLS", CERTIFICATE, CERTIFICATE, undefined, "no TLS"]],
    [leaf(SelfSigned), ["gap", undefined, "no TLS", CERTIFICATE, CERTIFICATE, undefined, "no TLS"]],
    [leaf(Disabled), ["gap", undefined, undefined, CERTIFICATE, CERTIFICATE, undefined, undefined]],
    [domain(Auto), [NAME, NAME, NAME, undefined, undefined, undefined, "no TLS"]],
    [domain(Custom), [NAME, NAME, NAME, "gap", undefined, undefined, "no TLS"]],
    [domain(SelfSigned), [NAME, NAME, NAME, "gap", undefined, undefined, "no TLS"]],
    [domain(Disabled), [NAME, NAME, NAME, "gap", undefined, undefined, undefined]],
];
const STATES = SWITCHES.map(([state]) => state);
const title = ({ hostname, tlsMode }: Address): string => `${hostname ? "domain" : "leaf"} ${tlsMode}`;

describe("a switch", () => {
    const cases = SWITCHES.flatMap(([from, row]) =>
        STATES.map((to, index) => [title(from), title(to), row[index], from, to] as const),
    );

    it.each(cases)("from %s to %s: %s", (_from, _to, expected, before, after) => {
        const refused = expected === NAME || expected === CERTIFICATE ? expected : undefined;
        expect(addressProblem(before, after)).toBe(refused);
        if (refused !== undefined) return;
        const warnings = addressWarnings(before, after);
        expect(warnings).toHaveLength(expected === undefined ? 0 : 1);
        if (expected === "no TLS") expect(warnings[0]).toMatch(/will stop answering/);
        if (expected === "gap") expect(warnings[0]).toMatch(/placeholder/);
    });
});

describe("addressProblem", () => {
    it("reports the new name for a changed label", () => {
        const moved = leaf(SelfSigned, { fqdn: "fabrikam123456.westeurope.azurecontainer.io" });
        expect(addressProblem(leaf(SelfSigned), moved)).toBe(
            `leafDomainLabel: the service would move from ${FQDN} to fabrikam123456.westeurope.azurecontainer.io`,
        );
    });

    it("allows a service with a custom domain to switch to revisions, whose Azure names change", () => {
        const { fqdn: _, ...revisions } = domain(SelfSigned);
        expect(addressProblem(domain(SelfSigned), revisions)).toBeUndefined();
        expect(addressProblem(revisions, domain(SelfSigned))).toBeUndefined();
        expect(addressProblem(leaf(SelfSigned), revisions)).toBe(
            `the service would no longer answer as ${FQDN}`,
        );
    });

    it("refuses a change of the custom domain", () => {
        const other = domain(Custom, { hostname: "other.contoso.com" });
        expect(addressProblem(domain(Custom), other)).toBe(NAME);
    });

    it("ignores names that are unknown", () => {
        expect(addressProblem(domain(Custom), { ...domain(Custom), fqdn: UNKNOWN })).toBeUndefined();
        expect(addressProblem(domain(Custom), { ...domain(Custom), hostname: UNKNOWN })).toBeUndefined();
    });

    it("refuses an unknown host name that would get the certificate", () => {
        expect(addressProblem(leaf(Auto), { ...domain(Custom), hostname: UNKNOWN })).toBe(CERTIFICATE);
    });
});

describe("addressWarnings", () => {
    it("says for how long browsers refuse plain HTTP, unless the header was disabled", () => {
        const warning = (hstsMaxAgeSeconds: number): string | undefined =>
            addressWarnings(leaf(SelfSigned, { hstsMaxAgeSeconds }), leaf(Disabled))[0];
        expect(warning(31_536_000)).toMatch(/within the last 365 days also refuse http/);
        expect(warning(3600)).toMatch(/within the last 3600 seconds also refuse http/);
        expect(warning(0)).not.toMatch(/Browsers/);
    });

    it("does not warn about a gap with Dns01", () => {
        const after = domain(Auto, { challenge: AcmeChallenge.Dns01 });
        expect(addressWarnings(domain(Custom), after)).toEqual([]);
    });
});
