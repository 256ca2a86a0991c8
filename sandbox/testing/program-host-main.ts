import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { languageHandlers } from "../../machine/language-host/language-host";
import { startPluginServer } from "../../machine/language-host/plugin-server";

/** The language server of the Automation API for inline programs, which the SDK does not declare. */
interface InlinePrograms {
    LanguageServer: new (program: () => Promise<Record<string, unknown>>) => {
        run: grpc.handleUnaryCall<language.RunRequest, language.RunResponse>;
    };
}
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import needs a declaration
const { LanguageServer } = require("@pulumi/pulumi/automation/server") as InlinePrograms;

type TopChannels = ReturnType<typeof grpc.getChannelzHandlers>["GetTopChannels"];

/** Statistics of the gRPC connections of this process. */
const channels = grpc.getChannelzHandlers();
const ALL_CHANNELS = {
    request: { start_channel_id: "0", max_results: "10000" },
} as Parameters<TopChannels>[0];

/** After a failure: the polling interval of outstanding calls, and how many polls in a row must find none. */
const POLL_MS = 50;
const IDLE_POLLS = 4;

const run: grpc.handleUnaryCall<language.RunRequest, language.RunResponse> = (call, done) => {
    const info = call.request.getInfo();
    const entry = path.resolve(info?.getProgramDirectory() ?? "", info?.getEntryPoint() || ".");
    let answered = false;
    let logged = false;
    const answer = (error: unknown) => {
        if (answered) return;
        answered = true;
        for (const event of ERRORS) process.removeAllListeners(event);
        const response = new language.RunResponse();
        if (error instanceof Error && !logged) response.setError(error.message);
        else response.setBail(Boolean(error));
        done(null, response);
    };
    void new LanguageServer(() => program(entry)).run(call, answer);
    for (const event of ERRORS) {
        process.once(event, () => {
            // The SDK logs the error.
            logged = true;
            void failed(answer);
        });
    }
};

const ERRORS = ["uncaughtException", "unhandledRejection"];

/**
 * Ends a failed program when it has no outstanding call to the engine. As a process it would end when its event loop is empty;
 * in this process, promises that depend on the failed part would wait indefinitely.
 */
async function failed(answer: (error: unknown) => void): Promise<void> {
    for (let quiet = 0; quiet < IDLE_POLLS; quiet = callsInFlight() > 0 ? 0 : quiet + 1) await sleep(POLL_MS);
    answer(true);
}

function callsInFlight(): number {
    let calls = 0;
    channels.GetTopChannels(ALL_CHANNELS, (_, response) => {
        for (const { data } of response?.channel ?? [])
            calls += Number(data?.calls_started) - Number(data?.calls_succeeded) - Number(data?.calls_failed);
    });
    return calls;
}

/** Loads and runs a program like the SDK's entry point. */
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
