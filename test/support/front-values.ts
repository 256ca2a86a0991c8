/** Values of arguments that reach the front's configuration: valid, at a limit, just beyond it, and of any other form. */
import * as fc from "fast-check";
import type { LimitsArgs } from "../../components/model/request-limits";

const number = (min: number, max: number): fc.Arbitrary<number> =>
    fc.oneof(
        { weight: 16, arbitrary: fc.integer({ min, max }) },
        { weight: 8, arbitrary: fc.constantFrom(min, max) },
        { weight: 1, arbitrary: fc.constantFrom(min - 1, max + 1, 0.5, NaN, Infinity, -1) },
    );

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);

export const modelName = fc.oneof(
    { weight: 8, arbitrary: fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/) },
    { weight: 2, arbitrary: label },
    { weight: 1, arbitrary: fc.string() },
);

const PATH_CHARACTERS = [..."abcXYZ019-._~/?=&:@!*+,;%#$'\"\\()[]{}|^`<> "].map(one => fc.constant(one));

export const healthPath = fc.oneof(
    fc.constantFrom("/", "/health?deep=1", "/health%20check", "/%ff"),
    fc.string({ unit: fc.oneof(...PATH_CHARACTERS), maxLength: 6 }).map(text => `/${text}`),
    fc.integer({ min: 1_020, max: 1_030 }).map(length => `/${"a".repeat(length - 1)}`),
    fc.string({ unit: "binary" }),
);

export const port = number(1, 65_535);
export const replicas = number(1, 1_000);
export const seconds = number(0, 2_147_483_647);
export const ttl = number(1, 2_147_483_647);

export const limits: fc.Arbitrary<LimitsArgs> = fc.record(
    {
        maxConcurrentRequestsPerContainer: number(1, 10_000),
        maxQueueWaitMs: number(1, 86_400_000),
        scoringTimeoutMs: number(1, 86_400_000),
        maxRequestBodyBytes: number(1, 2_147_483_648),
    },
    { requiredKeys: [] },
);

/** Also forms that DNS or URL parsers change: capital and international letters, dots of other scripts, numbers. */
export const hostname = fc.oneof(
    { weight: 4, arbitrary: fc.constant("score.contoso.com") },
    { weight: 4, arbitrary: fc.array(label, { minLength: 2, maxLength: 5 }).map(labels => labels.join(".")) },
    { weight: 1, arbitrary: fc.constantFrom("10.1", "0x7f.1", "1.2.3.4", "1\uff0e2", "score.5", "a.0x1f") },
    {
        weight: 1,
        arbitrary: fc.constantFrom("Score.Contoso.com.", "bücher.example", "a%2e.com", "a\u3002b", "a_b.com"),
    },
    {
        weight: 1,
        arbitrary: fc
            .integer({ min: 180, max: 260 })
            .map(length => `${"a.".repeat(length).slice(0, length - 4)}.com`.replace("..", ".")),
    },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme" }).map(text => `${text}.com`) },
);
