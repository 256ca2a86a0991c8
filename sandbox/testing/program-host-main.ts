import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { languageHandlers } from "../../machine/language-host/language-host";
import { startPluginServer } from "../../machine/language-host/plugin-server";

/** The SDK does not declare it: it is what the Automation API runs inline programs with. */
interface InlinePrograms {
    LanguageServer: new (program: () => Promise<Record<string, unknown>>) => {
        run: grpc.handleUnaryCall<language.RunRequest, language.RunResponse>;
    };
}
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import needs a declaration
const { LanguageServer } = require("@pulumi/pulumi/automation/server") as InlinePrograms;

type TopChannels = ReturnType<typeof grpc.getChannelzHandlers>["GetTopChannels"];

/** What gRPC knows of its own connections. */
const channels = grpc.getChannelzHandlers();
const ALL_CHANNELS = {
    request: { start_channel_id: "0", max_results: "10000" },
} as Parameters<TopChannels>[0];

/** How often to look whether a program that failed is still waiting for the engine, and how often in a row it must not be. */
const LOOK_MS = 50;
const QUIET_LOOKS = 4;

const run: grpc.handleUnaryCall<language.RunRequest, language.RunResponse> = (call, done) => {
    const info = call.request.getInfo();
    const entry = path.resolve(info?.getProgramDirectory() ?? "", info?.getEntryPoint() || ".");
    let answered = false;
    let told = false;
    const answer = (error: unknown) => {
        if (answered) return;
        answered = true;
        for (const event of ERRORS) process.removeAllListeners(event);
        const response = new language.RunResponse();
        if (error instanceof Error && !told) response.setError(error.message);
        else response.setBail(Boolean(error));
        done(null, response);
    };
    void new LanguageServer(() => program(entry)).run(call, answer);
    for (const event of ERRORS) {
        process.once(event, () => {
            // By the SDK.
            told = true;
            void failed(answer);
        });
    }
};

const ERRORS = ["uncaughtException", "unhandledRejection"];

/**
 * A process ends when nothing goes on in it any more. Here what waits for something that failed would wait for ever, so a program
 * that has failed is over when it asks nothing of the engine.
 */
async function failed(answer: (error: unknown) => void): Promise<void> {
    for (let quiet = 0; quiet < QUIET_LOOKS; quiet = callsInFlight() > 0 ? 0 : quiet + 1)
        await sleep(LOOK_MS);
    answer(true);
}

function callsInFlight(): number {
    let calls = 0;
    channels.GetTopChannels(ALL_CHANNELS, (_, found) => {
        for (const { data } of found?.channel ?? [])
            calls += Number(data?.calls_started) - Number(data?.calls_succeeded) - Number(data?.calls_failed);
    });
    return calls;
}

/** What the SDK's own entry point does with a program. */
async function program(entry: string): Promise<Record<string, unknown>> {
    for (const file of Object.keys(require.cache)) {
        if (!file.includes("/node_modules/")) Reflect.deleteProperty(require.cache, file);
    }
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- as the SDK does
    const exported: unknown = require(entry);
    return (await (typeof exported === "function" ? (exported as () => unknown)() : exported)) as Record<
        string,
        unknown
    >;
}

startPluginServer(LanguageRuntimeService, { ...languageHandlers(""), run }, port => process.send?.(port));
process.on("disconnect", () => process.exit(0));
