import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../sandbox/processes/wait";
import { fail, issue, ScriptStage } from "./script-stage";
import { SHELLS } from "./shells";

/** Stops the whole issuer once, before the command that matches `STOP_BEFORE`. */
const STOP = `case "$call" in
    $STOP_BEFORE) [ -e "$FOLDER/stopped" ] || { echo "$call" >"$FOLDER/stopped"; kill -STOP 0; } ;;
esac`;

/** A lego that registers an account, answers a challenge and issues a certificate. */
const order = (name: string): string => `
    mkdir -p "$LEGO_PATH/accounts"
    echo ${name} >"$LEGO_PATH/accounts/account"
    challenge=$LEGO_HTTP_WEBROOT/.well-known/acme-challenge/token-of-${name}
    echo token >"$challenge"
    sleep 2
    rm "$challenge"
    ${issue(name)}`;

const PHASES = [
    ["it deletes an earlier lease", "rm -rf */lease/0"],
    ["it prepares the store", "mkdir -p */certificates *"],
    ["it publishes a challenge", "mv -f *token-of-first *token-of-first"],
    ["it deletes a challenge", "mv -f *token-of-first */deleted"],
    ["it writes the account", "tar *accounts.tar *"],
    ["it publishes the account", "mv -f * */issuer/accounts.tar"],
    ["it deletes an account", "mv -f */issuer/accounts.tar */deleted"],
    ["it writes the issued certificate", "tar *certificates.tar *"],
    ["it keeps the issued certificate", "mv -f * */issuer/certificates.tar"],
    ["it publishes the certificate", "mv -f * */certificates/*.pem"],
    ["it publishes the last certificate", "mv -f * */certificate.pem"],
    ["it publishes the report", "mv -f * *.json"],
    ["it releases the lease", "touch *"],
] as const;

/** The holder stands still for longer than the lease, and another issuer takes over meanwhile. */
describe.skipIf(process.platform !== "linux").each(SHELLS)("an issuer that lost the lease, in %s", shell => {
    it.concurrent.each([...PHASES, ["lego runs", "lego"] as const])(
        "changes nothing when it was stopped before %s",
        async (phase, command) => {
            const stage = new ScriptStage(shell);
            try {
                mkdirSync(path.join(stage.store, "lease", "0"), { recursive: true });
                mkdirSync(path.join(stage.store, "issuer"));
                writeFileSync(path.join(stage.store, "issuer", "accounts.tar"), "");
                const lego =
                    phase === "it deletes an account"
                        ? fail("acme: error: 400 :: urn:ietf:params:acme:error:accountDoesNotExist :: gone")
                        : `call=lego\n${STOP}\n${order("first")}`;
                const first = await stage.start(lego, { before: STOP, env: { STOP_BEFORE: command } });
                expect(await eventually(() => existsSync(first.file("stopped")), 20_000), first.log()).toBe(
                    true,
                );

                // Its second run does not end, so it keeps the lease.
                const second = await stage.start(
                    `[ ! -e "$FOLDER/issued" ] || exec sleep 600\ntouch "$FOLDER/issued"\n${order("second")}`,
                );
                expect(await eventually(() => second.runs() === 2, 30_000), second.log()).toBe(true);
                const before = stage.contents();
                expect(before[`certificates/${stage.certificateName()}.pem`]).toBe("second\nkey\n");
                expect(before["certificate.pem"]).toBe("second\nkey\n");

                const logged = first.log().length;
                first.signal("SIGCONT");
                const log = () => first.log().slice(logged);
                expect(await eventually(() => log().includes("has taken over the lease"), 15_000)).toBe(true);
                await sleep(2_000);
                expect(stage.contents()).toEqual(before);
                const own = log()
                    .split("\n")
                    .filter(line => /^\d{4}-/.test(line));
                expect(own).toEqual([expect.stringContaining("This one writes nothing more")]);
                expect(first.process.exitCode ?? undefined).toBeUndefined();
            } finally {
                await stage.close();
            }
        },
    );

    it.concurrent("does not take the lease while a folder of an earlier one cannot be deleted", async () => {
        const stage = new ScriptStage(shell);
        try {
            mkdirSync(path.join(stage.store, "lease", "1"), { recursive: true });
            // As on an SMB server that keeps an open file.
            const before = `case "$call" in "rm -rf "*/lease/1) [ -e "$FOLDER/closed" ] || exit 1 ;; esac`;
            const issuer = await stage.start(issue(), { before });
            const waits = () => issuer.log().includes("cannot be deleted yet");
            expect(await eventually(waits, 15_000), issuer.log()).toBe(true);
            expect(issuer.runs()).toBe(0);
            writeFileSync(issuer.file("closed"), "");
            expect(await eventually(() => issuer.runs() > 0, 15_000), issuer.log()).toBe(true);
        } finally {
            await stage.close();
        }
    });
});
