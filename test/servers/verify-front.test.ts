import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../cli/verify";
import type { MinimumTlsVersion } from "../../components/front";
import { overTls } from "../support/front-settings";
import { FrontStage, HOST, PRIMARY_KEY } from "../support/front-stage";
import { CANNOT_RUN, titled } from "../../sandbox/testing/requirements";

describe.skipIf(CANNOT_RUN)(titled("verify at the real front"), () => {
    const stage = new FrontStage();

    beforeAll(() => stage.open());
    afterAll(() => stage.close());

    async function verify(minimumVersion: MinimumTlsVersion): Promise<Report> {
        await stage.startFront(overTls({ tls: { minimumVersion, hstsMaxAgeSeconds: 31_536_000 } }));
        const script = path.join(__dirname, "verify-inside.ts");
        const command = [process.execPath, "--import", require.resolve("tsx"), script];
        const { stdout, stderr } = await stage.inside([...command, HOST, stage.file("authority.pem")], {
            env: { SCORING_KEY: PRIMARY_KEY },
        });
        expect(stderr).toBe("");
        return JSON.parse(stdout) as Report;
    }

    it.each<[MinimumTlsVersion, string]>([
        ["1.2", "accepted: TLSv1.2, TLSv1.3; refused: TLSv1.0, TLSv1.1"],
        ["1.3", "accepted: TLSv1.3; refused: TLSv1.0, TLSv1.1, TLSv1.2"],
    ])("reports every check as ok with minimum TLS version %s", async (minimum, versions) => {
        const { checks } = await verify(minimum);
        expect(checks.filter(check => check.outcome !== "ok")).toEqual([]);
        expect(checks.find(check => check.name === "tls-versions")?.seen).toBe(versions);
        expect(checks.find(check => check.name === "http-redirect")?.seen).toMatch(
            /^port 80: 30[18] to https:/,
        );
    });
});
