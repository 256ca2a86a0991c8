import { X509Certificate } from "node:crypto";
import { domainToASCII } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coversHostname } from "../../../../components/pki";
import { areCoveredInGo } from "./verifiers/go";
import { dns, ecKeys, serverCertificate } from "./create-certificate";
import { runs } from "../../../../sandbox/testing/full";

const KEY = ecKeys();

/** Few labels, so that names often match. Includes all kinds of characters of real names. No name ends in a number, because it would be an address. */
const LABELS = ["a", "b", "score", "contoso", "test", "com", "xn--bcher-kva", "a_b", "0a", "x-y"];
const label = fc.constantFrom(...LABELS);
const hostname = fc
    .tuple(fc.array(label, { minLength: 2, maxLength: 5 }), fc.boolean(), fc.boolean())
    .map(
        ([labels, upperCase, dot]) =>
            (upperCase ? labels.join(".").toUpperCase() : labels.join(".")) + (dot ? "." : ""),
    );
/** Valid and invalid wildcards. */
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

/** Half of the host names are derived from the certificate's names, so that many are covered or almost covered. */
const question = fc.oneof(
    fc.record({ dnsNames, hostname }),
    fc
        .tuple(dnsNames, label, fc.nat(2))
        .map(([names, inserted, which]) => ({
            dnsNames: names,
            hostname: (names[which % names.length] ?? "").replace(/\*+/g, inserted),
        }))
        // The text after xn-- may be invalid Punycode. A client cannot use such a name.
        .filter(({ hostname: name }) => domainToASCII(name) !== ""),
);

const SAMPLE = runs(2_000, 20_000);

const isTopLevelWildcard = (name: string) => /^\*\.[^.]+$/.test(name);

describe("coversHostname", () => {
    it("returns the same as Go, except for wildcards of top-level domains", async () => {
        const questions = fc.sample(question, SAMPLE);
        const theirs = await areCoveredInGo(questions);
        let covered = 0;
        for (const [i, { dnsNames: names, hostname: name }] of questions.entries()) {
            const ours = coversHostname({ dnsNames: names, ipAddresses: [] }, name);
            // Only Go accepts *.com.
            const expected = names.some(isTopLevelWildcard)
                ? coversHostname(
                      { dnsNames: names.filter(one => !isTopLevelWildcard(one)), ipAddresses: [] },
                      name,
                  )
                : theirs[i];
            if (ours !== expected)
                expect({ names, name, covered: ours }).toEqual({ names, name, covered: expected });
            if (ours) covered++;
        }
        // The sample must contain enough covered and uncovered names.
        expect(covered).toBeGreaterThan(SAMPLE / 10);
        expect(covered).toBeLessThan(SAMPLE * 0.9);
    });

    it("returns the same as Node for the names of a certificate", () => {
        fc.assert(
            fc.property(
                dnsNames,
                fc.array(fc.oneof(hostname, label), { minLength: 20, maxLength: 20 }),
                (names, hosts) => {
                    const certificate = new X509Certificate(
                        serverCertificate(names.map(dns), { key: KEY }).pem,
                    );
                    for (const host of hosts.map(one => one.replace(/\.$/, ""))) {
                        const theirs = certificate.checkHost(host, {
                            subject: "never",
                            partialWildcards: false,
                        });
                        expect([host, coversHostname({ dnsNames: names, ipAddresses: [] }, host)]).toEqual([
                            host,
                            theirs !== undefined,
                        ]);
                    }
                },
            ),
            { numRuns: runs(50, 100) },
        );
    });
});
