import { describe, expect, it } from "vitest";
import { AcmeChallenge, MinimumTlsVersion, TlsMode } from "../../../components";
import { type Address, addressOf } from "../../../components/address/address";
import { addressProblems, addressWarnings } from "../../../components/address/address-change";

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
        expect(addressProblems(before, after)).toEqual(refused === undefined ? [] : [refused]);
        if (refused !== undefined) return;
        const warnings = addressWarnings(before, after);
        expect(warnings).toHaveLength(expected === undefined ? 0 : 1);
        if (expected === "no TLS") expect(warnings[0]).toMatch(/will stop answering/);
        if (expected === "gap") expect(warnings[0]).toMatch(/placeholder/);
    });
});

describe("addressProblems", () => {
    it("reports the new name for a changed label", () => {
        const moved = leaf(SelfSigned, { fqdn: "fabrikam123456.westeurope.azurecontainer.io" });
        expect(addressProblems(leaf(SelfSigned), moved)).toEqual([
            `leafDomainLabel: the service would move from ${FQDN} to fabrikam123456.westeurope.azurecontainer.io`,
        ]);
    });

    it("allows a service with a custom domain to switch to revisions, whose Azure names change", () => {
        const { fqdn: _, ...revisions } = domain(SelfSigned);
        expect(addressProblems(domain(SelfSigned), revisions)).toEqual([]);
        expect(addressProblems(revisions, domain(SelfSigned))).toEqual([]);
        expect(addressProblems(leaf(SelfSigned), revisions)).toEqual([
            `the service would no longer answer as ${FQDN}`,
        ]);
    });

    it("refuses a change of the custom domain", () => {
        const other = domain(Custom, { hostname: "other.contoso.com" });
        expect(addressProblems(domain(Custom), other)).toEqual([NAME]);
    });

    it("ignores names that are unknown", () => {
        expect(addressProblems(domain(Custom), { ...domain(Custom), fqdn: UNKNOWN })).toEqual([]);
        expect(addressProblems(domain(Custom), { ...domain(Custom), hostname: UNKNOWN })).toEqual([]);
    });

    it("refuses an unknown host name that would get the certificate", () => {
        expect(addressProblems(leaf(Auto), { ...domain(Custom), hostname: UNKNOWN })).toEqual([CERTIFICATE]);
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

describe("names that DNS does not distinguish", () => {
    it.each([
        ["another case", "Score.contoso.com"],
        ["a dot at the end", "score.contoso.com."],
    ])("are the same address: %s", (_, hostname) => {
        expect(addressProblems(domain(Custom, { hostname }), domain(Custom))).toEqual([]);
        expect(addressProblems(domain(Custom), domain(Custom, { hostname }))).toEqual([]);
        const zone = { zoneName: "contoso.com", zoneResourceGroupName: "dns" };
        const sameZone = { zoneName: "Contoso.com.", zoneResourceGroupName: "DNS" };
        expect(addressProblems(domain(Custom, zone), domain(Custom, { hostname, ...sameZone }))).toEqual([]);
        const models = (one: string): Address => leaf(SelfSigned, { models: { iris: { hostname: one } } });
        expect(addressProblems(models(HOSTNAME), models(hostname))).toEqual([]);
    });

    it("are the same address: international letters and their A-labels", () => {
        const [unicode, ascii] = ["münchen.contoso.com", "xn--mnchen-3ya.contoso.com"];
        const service = (hostname: string): Address => domain(Custom, { hostname });
        expect(addressProblems(service(unicode), service(ascii))).toEqual([]);
        expect(addressProblems(service(ascii), service("MÜNCHEN.contoso.com"))).toEqual([]);
        const models = (hostname: string): Address => leaf(SelfSigned, { models: { iris: { hostname } } });
        expect(addressProblems(models(unicode), models(ascii))).toEqual([]);
    });
});

describe("a model on Container Instances", () => {
    it("keeps its name, which is part of its path", () => {
        const before = leaf(SelfSigned, { model: "iris" });
        expect(addressProblems(before, before)).toEqual([]);
        expect(addressProblems(before, leaf(SelfSigned, { model: "wine" }))).toEqual([
            "model.name: the service would no longer answer at /api/v1/service/iris/score",
        ]);
    });
});

describe("models on Kubernetes", () => {
    type Models = NonNullable<Address["models"]>;
    const service = (models?: Models, changes: Partial<Address> = {}): Address =>
        leaf(SelfSigned, { models, loadBalancerType: "PublicIp", ...changes });
    const IRIS = "iris.contoso.com";
    const WINE = "wine.contoso.com";
    const NO_PATH = "models.iris: the service would no longer answer at /api/v1/service/iris/score";
    const NO_NAME = `models.iris.hostname: the model would no longer answer as ${IRIS}`;
    const nameOf = (owner: string): string =>
        `models.iris.hostname: ${IRIS} would become the host name of ${owner}`;

    const both: Models = { iris: { hostname: IRIS }, wine: { hostname: WINE } };
    /** What becomes of `iris` with a host name and of `wine`, and the problems of clients. */
    const CHANGES: [change: string, after: Models, problems: string[]][] = [
        ["nothing", both, []],
        ["a model added", { ...both, rose: {} }, []],
        ["the other order", { wine: { hostname: WINE }, iris: { hostname: IRIS } }, []],
        ["a model removed", { wine: { hostname: WINE } }, [`${NO_PATH} and ${IRIS}`]],
        ["a model renamed", { iris2: { hostname: IRIS }, wine: { hostname: WINE } }, [NO_PATH]],
        ["the host name removed", { ...both, iris: {} }, [NO_NAME]],
        ["the host name changed", { ...both, iris: { hostname: "i.contoso.com" } }, [NO_NAME]],
        ["the host name moved", { iris: {}, wine: { hostname: IRIS } }, [nameOf("models.wine"), wineLost()]],
        [
            "host names exchanged",
            { iris: { hostname: WINE }, wine: { hostname: IRIS } },
            [nameOf("models.wine"), wineBecomes("models.iris")],
        ],
        ["plain HTTP allowed", { ...both, iris: { hostname: IRIS, plainHttp: true } }, []],
    ];

    function wineLost(): string {
        return `models.wine.hostname: the model would no longer answer as ${WINE}`;
    }

    function wineBecomes(owner: string): string {
        return `models.wine.hostname: ${WINE} would become the host name of ${owner}`;
    }

    it.each(CHANGES)("%s", (_, after, problems) => {
        expect(addressProblems(service(both), service(after))).toEqual(problems);
        expect(addressWarnings(service(both), service(after))).toEqual([]);
    });

    it("may get a host name", () => {
        expect(addressProblems(service({ iris: {} }), service({ iris: { hostname: IRIS } }))).toEqual([]);
    });

    it("do not give their host name to the service", () => {
        const after = service({ iris: {} }, { hostname: IRIS });
        expect(addressProblems(service({ iris: { hostname: IRIS } }), after)).toEqual([
            nameOf("all models (tls.hostname)"),
        ]);
    });

    it("are listed with every other problem", () => {
        const before = domain(Custom, { models: both });
        const after = domain(Custom, {
            fqdn: "fabrikam123456.westeurope.azurecontainer.io",
            hostname: "other.contoso.com",
            models: { wine: {} },
        });
        expect(addressProblems(before, after)).toEqual([
            expect.stringMatching(/^leafDomainLabel: /),
            NAME,
            `${NO_PATH} and ${IRIS}`,
            wineLost(),
        ]);
    });

    it("are not compared with the state of an earlier version, or with unknown names", () => {
        expect(addressProblems(service(), service(both, { zoneName: "contoso.com" }))).toEqual([]);
        const unknown = { iris: { hostname: UNKNOWN }, wine: { hostname: WINE } };
        expect(addressProblems(service(both), { ...service(), models: unknown })).toEqual([]);
    });

    it("warn when they no longer answer over plain HTTP", () => {
        const before = service({ iris: { plainHttp: true } });
        expect(addressProblems(before, service({ iris: {} }))).toEqual([]);
        expect(addressWarnings(before, service({ iris: {} }))).toEqual([
            expect.stringMatching(/^models\.iris\.allowPlainHttp: .* redirected to https:/),
        ]);
        const disabled = leaf(Disabled, { models: { iris: {} } });
        expect(addressWarnings(before, disabled)).toEqual([expect.stringMatching(/^tls\.mode: /)]);
        expect(addressWarnings(before, service({ wine: {} }))).toEqual([]);
    });
});

describe("the zone of the records", () => {
    const ZONE = { zoneName: "contoso.com", zoneResourceGroupName: "dns" };
    const service = (changes: Partial<Address> = {}): Address => domain(Custom, changes);
    const DELETED = `the records of ${HOSTNAME} and of other names in the zone contoso.com would be deleted`;

    it.each<[string, Partial<Address>, string[]]>([
        ["the same", ZONE, []],
        ["none", {}, [`dns: ${DELETED}`]],
        ["another", { ...ZONE, zoneName: "score.contoso.com" }, [`dns.zoneName: ${DELETED}`]],
        [
            "one of the same name",
            { ...ZONE, zoneResourceGroupName: "other" },
            [`dns.zoneResourceGroupName: ${DELETED} in the resource group dns`],
        ],
        ["of another host name", { zoneName: "fabrikam.com", hostname: "score.fabrikam.com" }, [NAME]],
    ])("is compared: %s", (_, after, problems) => {
        expect(addressProblems(service(ZONE), service(after))).toEqual(problems);
    });

    it("may be added, and may be unknown", () => {
        expect(addressProblems(service(), service(ZONE))).toEqual([]);
        const unknown = { zoneName: UNKNOWN, zoneResourceGroupName: UNKNOWN };
        expect(addressProblems(service(ZONE), { ...service(), ...unknown })).toEqual([]);
    });
});

describe("the load balancer", () => {
    const internal = (changes: Partial<Address> = {}): Address =>
        address(Custom, { fqdn: undefined, loadBalancerType: "InternalLoadBalancer", ...changes });
    const PRIVATE = "the private IP address that clients, or their DNS records, use would change";

    it("stays public", () => {
        const before = domain(Custom, { loadBalancerType: "PublicIp" });
        expect(addressProblems(before, internal({ hostname: HOSTNAME }))).toEqual([
            expect.stringMatching(/^loadBalancer\.type: clients outside of the virtual network/),
        ]);
    });

    it("keeps the subnet of its address, unless the component changes the records", () => {
        const other = { subnetName: "other" };
        expect(addressProblems(internal(), internal(other))).toEqual([`loadBalancer.subnetName: ${PRIVATE}`]);
        expect(addressProblems(internal(), leaf(Disabled, { loadBalancerType: "PublicIp" }))).toEqual([
            `loadBalancer.type: ${PRIVATE}`,
        ]);
        const zone = { hostname: HOSTNAME, zoneName: "contoso.com", zoneResourceGroupName: "dns" };
        expect(addressProblems(internal(zone), internal({ ...zone, ...other }))).toEqual([]);
    });
});

describe("addressOf", () => {
    it("has a resource group only with a zone", () => {
        const tls = { mode: Disabled, minimumVersion: MinimumTlsVersion.Tls12, hstsMaxAgeSeconds: 0 };
        const dns = { zoneResourceGroupName: "group" };
        expect(addressOf({ tls, dns })).not.toMatchObject({ zoneResourceGroupName: "group" });
        expect(addressOf({ tls, dns: { ...dns, zoneName: "contoso.com" } })).toMatchObject({
            zoneName: "contoso.com",
            zoneResourceGroupName: "group",
        });
    });
});
