import { readFileSync } from "node:fs";
import * as path from "node:path";
import { execa, type ResultPromise } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../processes/wait";
import { irisRoot } from "../../images";
import { commandInRoot } from "../../images/command";
import { irisImage } from "../../images/iris";
import { ROOT, SAMPLE_REQUEST } from "../../../machine/root";
import { CANNOT_RUN, titled } from "../../testing/requirements";

describe.skipIf(CANNOT_RUN)(titled("the iris image"), () => {
    const networkNamespace = `iris-test-${process.pid}`;
    let server: ResultPromise<{ reject: false }> | undefined;
    const curl = (...args: string[]) =>
        execa("nsenter", [`--net=/run/netns/${networkNamespace}`, "curl", "--silent", "--fail", ...args], {
            reject: false,
        });

    beforeAll(async () => {
        const root = await irisRoot();
        const { Cmd = [], Env = [], User = "0:0", WorkingDir = "/" } = (await irisImage()).configuration;
        await execa("ip", ["netns", "add", networkNamespace]);
        await execa("ip", ["-netns", networkNamespace, "link", "set", "lo", "up"]);
        const [program = "", ...args] = commandInRoot(
            { root, networkNamespace, user: User, workingFolder: WorkingDir },
            ["/usr/bin/env", "-i", ...Env, ...Cmd],
        );
        server = execa(program, args, { reject: false });
        const ready = await eventually(
            async () => (await curl("http://127.0.0.1:5001/")).exitCode === 0,
            120_000,
        );
        if (!ready) {
            server.kill();
            throw new Error(`The model server does not answer:\n${(await server).stderr}`);
        }
    });

    afterAll(async () => {
        server?.kill();
        await server;
        await execa("ip", ["netns", "delete", networkNamespace]);
    });

    it("scores the sample request with an unchanged v1 score.py, as an unprivileged user", async () => {
        const { stdout } = await curl(
            ...[
                "--header",
                "Content-Type: application/json",
                "--data",
                readFileSync(path.join(ROOT, SAMPLE_REQUEST), "utf8"),
            ],
            "http://127.0.0.1:5001/score",
        );
        expect(JSON.parse(stdout)).toEqual(["setosa", "virginica"]);
    });

    it("serves its Swagger description", async () => {
        const { stdout } = await curl("http://127.0.0.1:5001/swagger.json");
        expect(JSON.parse(stdout)).toMatchObject({ swagger: "2.0" });
    });
});
