import { X509Certificate } from "node:crypto";
import { domainToASCII } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coversHostname } from "../../../../components/pki";
import { coveredInGo } from "./judges/go";
import { dns, ecKeys, server } from "./mint";

const KEY = ecKeys();

/** Few, so that they meet; all that real names are made of. No name ends in a number (it would be an address). */
const LABELS = ["a", "b", "score", "contoso", "test", "com", "xn--bcher-kva", "a_b", "0a", "x-y"];
const label = fc.constantFrom(...LABELS);
const hostname = fc
    .tuple(fc.array(label, { minLength: 2, maxLength: 5 }), fc.boolean(), fc.boolean())
    .map(
        ([labels, loud, dot]) =>
            (loud ? labels.join(".").toUpperCase() : labels.join(".")) + (dot ? "." : ""),
    );
/** Wildcards as they should be, and as they should not. */
const first = fc.oneof(label, fc.constantFrom("*", "*", "sc*", "*e", "s*e", "**", "xn--*"));
const pattern = fc
    .tuple(
        first,
        fc.array(fc.oneof({ weight: 9, arbitrary: label }, { weight: 1, arbitrary: fc.constant("*") }), {
            minLength: 1,
            maxLength: 4,
        }),
    )
    .map(([start, rest]) => [start, ...rest].join("."));
const dnsNames = fc.array(pattern, { minLength: 1, maxLength: 3 });

/** One that is likely to be covered, or nearly: taken from the names. */
const question = fc.oneof(
    fc.record({ dnsNames, hostname }),
    fc
        .tuple(dnsNames, label, fc.nat(2))
        .map(([names, inserted, which]) => ({
            dnsNames: names,
            hostname: (names[which % names.length] ?? "").replace(/\*+/g, inserted),
        }))
        // What is put behind xn-- may be no Punycode: then it is no name that a client could ask for.
        .filter(({ hostname: name }) => domainToASCII(name) !== ""),
);

const ofTopLevel = (name: string) => /^\*\.[^.]+$/.test(name);

describe("coversHostname", () => {
    it("agrees with Go on 20,000 names, but for wildcards of top-level domains", async () => {
        const questions = fc.sample(question, 20_000);
        const theirs = await coveredInGo(questions);
        let covered = 0;
        for (const [i, { dnsNames: names, hostname: name }] of questions.entries()) {
            const ours = coversHostname({ dnsNames: names, ipAddresses: [] }, name);
            // Go takes *.com for good; nobody else does.
            const asked = names.some(ofTopLevel)
                ? coversHostname({ dnsNames: names.filter(one => !ofTopLevel(one)), ipAddresses: [] }, name)
                : theirs[i];
            if (ours !== asked)
                expect({ names, name, covered: ours }).toEqual({ names, name, covered: asked });
            if (ours) covered++;
        }
        // A sample in which nothing is covered proves nothing.
        expect(covered).toBeGreaterThan(2_000);
        expect(covered).toBeLessThan(18_000);
    });

    it("agrees with Node on names that a certificate has", () => {
        fc.assert(
            fc.property(
                dnsNames,
                fc.array(fc.oneof(hostname, label), { minLength: 20, maxLength: 20 }),
                (names, hosts) => {
                    const judge = new X509Certificate(server(names.map(dns), { key: KEY }).pem);
                    for (const host of hosts.map(one => one.replace(/\.$/, ""))) {
                        const theirs = judge.checkHost(host, { subject: "never", partialWildcards: false });
                        expect([host, coversHostname({ dnsNames: names, ipAddresses: [] }, host)]).toEqual([
                            host,
                            theirs !== undefined,
                        ]);
                    }
                },
            ),
            { numRuns: 100 },
        );
    });
});
