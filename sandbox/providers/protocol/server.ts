import * as grpc from "@grpc/grpc-js";
import * as empty from "google-protobuf/google/protobuf/empty_pb.js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import {
    type IResourceProviderServer,
    ResourceProviderService,
} from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { Change } from "./difference";
import { EngineLog } from "./engine-log";
import { failure } from "./failure";
import type { Call, NamingWish, Provider, ResourceType } from "./provider";
import { fromStruct, hasUnknown, toStruct } from "./values";

/** The engine's own limit for a message, in bytes. */
const LARGEST_MESSAGE = 400 * 1024 * 1024;

/** How long an operation may take when the program sets no `customTimeouts`, in seconds: two hours, as azure-native has it. */
const DEFAULT_TIMEOUT = 7200;

/** How often a plug-in looks whether the engine that started it still lives, in milliseconds. */
const PARENT_CHECK_INTERVAL = 2000;

/**
 * Runs `provider` as a plug-in process: listens on a free port of loopback and prints it, as the engine expects.
 * The engine ends the process; where it could not (it was killed), the process ends itself.
 *
 * Secrets: the plug-in does not accept them, so the engine hands over plain values and marks again what comes back
 * under the same names. Outputs that are secret by themselves are marked by the provider.
 */
export function serve(provider: Provider, version: string): void {
    const engineAddress = process.argv[2];
    if (!engineAddress)
        throw new Error("This program is a plug-in of Pulumi: the engine starts it with its own address.");
    const server = new grpc.Server({
        "grpc.max_receive_message_length": LARGEST_MESSAGE,
        "grpc.max_send_message_length": LARGEST_MESSAGE,
    });
    server.addService(ResourceProviderService, handlers(provider, version, new EngineLog(engineAddress)));
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) throw error;
        console.log(port);
    });
    const parent = process.ppid;
    setInterval(() => process.ppid !== parent && process.exit(), PARENT_CHECK_INTERVAL).unref();
}

type Handlers = Pick<
    IResourceProviderServer,
    | "handshake"
    | "getPluginInfo"
    | "checkConfig"
    | "diffConfig"
    | "configure"
    | "check"
    | "diff"
    | "create"
    | "read"
    | "update"
    | "delete"
    | "invoke"
    | "cancel"
>;

function handlers(provider: Provider, version: string, log: EngineLog): Handlers {
    const cancelled = new AbortController();
    const call = (urn: string, timeout = 0, ignoreChanges: string[] = []): Call => ({
        signal: AbortSignal.any([cancelled.signal, AbortSignal.timeout((timeout || DEFAULT_TIMEOUT) * 1000)]),
        ...(timeout > 0 && { timeout }),
        ignoreChanges,
        warn: message => log.warn(urn, message),
    });
    const typeOf = (urn: string): ResourceType => {
        const token = typeToken(urn);
        const type = provider.resourceType(token);
        if (!type)
            throw new Error(`The sandbox's stand-in for ${provider.name} does not have the type ${token}.`);
        return type;
    };

    return {
        handshake: unary(() => {
            const response = new messages.ProviderHandshakeResponse();
            response.setSupportsAutonamingConfiguration(true);
            return response;
        }),

        getPluginInfo: unary(() => {
            const response = new plugin.PluginInfo();
            response.setVersion(version);
            return response;
        }),

        checkConfig: unary(request => {
            const response = new messages.CheckResponse();
            response.setInputs(request.getNews());
            return response;
        }),

        diffConfig: unary(request => {
            if (!provider.diffConfiguration) return new messages.DiffResponse();
            const olds = fromStruct(request.getOldInputs() ?? request.getOlds());
            const difference = provider.diffConfiguration(olds, fromStruct(request.getNews()));
            return diffResponse(difference.changes, difference.deleteBeforeReplace);
        }),

        configure: unary(request => {
            const prefix = `${provider.name}:config:`;
            const variables = [...request.getVariablesMap().entries()];
            provider.configure?.(
                Object.fromEntries(variables.map(([key, value]) => [key.replace(prefix, ""), value])),
            );
            const response = new messages.ConfigureResponse();
            response.setSupportspreview(true);
            response.setSupportsAutonamingConfiguration(true);
            return response;
        }),

        check: unary(async request => {
            const { inputs, failures } = await typeOf(request.getUrn()).check(
                {
                    name: nameOf(request.getUrn()),
                    olds: fromStruct(request.getOlds()),
                    news: fromStruct(request.getNews()),
                    randomSeed: request.getRandomseed_asU8(),
                    naming: namingWish(request.getAutonaming()),
                },
                call(request.getUrn()),
            );
            const response = new messages.CheckResponse();
            response.setInputs(toStruct(inputs));
            // The property stays unnamed, as in the real providers: the engine would print its value beside it.
            for (const reason of failures) {
                const checkFailure = new messages.CheckFailure();
                checkFailure.setReason(reason);
                response.addFailures(checkFailure);
            }
            return response;
        }),

        diff: unary(request => {
            const difference = typeOf(request.getUrn()).diff({
                oldInputs: fromStruct(request.getOldInputs()),
                oldOutputs: fromStruct(request.getOlds()),
                news: fromStruct(request.getNews()),
            });
            return diffResponse(difference.changes, difference.deleteBeforeReplace);
        }),

        create: unary(async request => {
            const type = typeOf(request.getUrn());
            const news = fromStruct(request.getProperties());
            const response = new messages.CreateResponse();
            if (request.getPreview()) {
                const outputs = await type.preview(news, undefined, call(request.getUrn()));
                response.setProperties(toStruct(outputs));
                return response;
            }
            const created = await type.create(news, call(request.getUrn(), request.getTimeout()));
            response.setId(created.id);
            response.setProperties(toStruct(created.outputs));
            return response;
        }),

        update: unary(async request => {
            const type = typeOf(request.getUrn());
            const news = fromStruct(request.getNews());
            const olds = fromStruct(request.getOlds());
            const response = new messages.UpdateResponse();
            const thisCall = call(request.getUrn(), request.getTimeout(), request.getIgnorechangesList());
            if (request.getPreview()) {
                response.setProperties(toStruct(await type.preview(news, olds, thisCall)));
                return response;
            }
            const resource = { name: nameOf(request.getUrn()), id: request.getId() };
            const outputs = await type.update(resource, news, olds, thisCall);
            response.setProperties(toStruct(outputs));
            return response;
        }),

        read: unary(async request => {
            const resource = { name: nameOf(request.getUrn()), id: request.getId() };
            const known = request.hasInputs()
                ? { inputs: fromStruct(request.getInputs()), outputs: fromStruct(request.getProperties()) }
                : undefined;
            const found = await typeOf(request.getUrn()).read(
                resource,
                known,
                call(request.getUrn(), request.getTimeout()),
            );
            const response = new messages.ReadResponse();
            if (found) {
                response.setId(found.id);
                response.setInputs(toStruct(found.inputs));
                response.setProperties(toStruct(found.outputs));
            }
            return response;
        }),

        delete: unary(async request => {
            const resource = { name: nameOf(request.getUrn()), id: request.getId() };
            const outputs = fromStruct(request.getProperties());
            await typeOf(request.getUrn()).delete(
                resource,
                outputs,
                call(request.getUrn(), request.getTimeout()),
            );
            return new empty.Empty();
        }),

        invoke: unary(async request => {
            const args = fromStruct(request.getArgs());
            if (hasUnknown(args))
                throw new Error(`${request.getTok()} was called with an argument not known yet.`);
            const result = provider.invoke?.(request.getTok(), args, call(""));
            if (!result) {
                throw new Error(
                    `The sandbox's stand-in for ${provider.name} does not have the function ${request.getTok()}.`,
                );
            }
            const response = new messages.InvokeResponse();
            response.setReturn(toStruct(await result));
            return response;
        }),

        cancel: unary(() => {
            cancelled.abort(new Error("The operation was cancelled."));
            return new empty.Empty();
        }),
    };
}

/** A handler that answers with what `handle` returns, and tells the engine about what it throws. */
function unary<Request, Response>(
    handle: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
    return (call, callback) => {
        Promise.resolve()
            .then(() => handle(call.request))
            .then(
                response => callback(null, response),
                (error: unknown) => callback(failure(error)),
            );
    };
}

function diffResponse(changes: Change[], deleteBeforeReplace: boolean): messages.DiffResponse {
    const { Kind } = messages.PropertyDiff;
    const kinds = {
        add: [Kind.ADD, Kind.ADD_REPLACE],
        update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
        delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    } as const;
    const response = new messages.DiffResponse();
    for (const change of changes) {
        const detail = new messages.PropertyDiff();
        detail.setKind(kinds[change.kind][change.replaces ? 1 : 0]);
        detail.setInputdiff(!change.ofOutput);
        response.getDetaileddiffMap().set(change.path, detail);
    }
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    response.setHasdetaileddiff(true);
    response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList(changes.map(change => change.path));
    response.setReplacesList(changes.filter(change => change.replaces).map(change => change.path));
    response.setDeletebeforereplace(deleteBeforeReplace);
    return response;
}

function namingWish(options: messages.CheckRequest.AutonamingOptions | undefined): NamingWish | undefined {
    if (!options) return undefined;
    const { Mode } = messages.CheckRequest.AutonamingOptions;
    const modes = {
        [Mode.PROPOSE]: "propose",
        [Mode.ENFORCE]: "enforce",
        [Mode.DISABLE]: "disable",
    } as const;
    return { mode: modes[options.getMode()], name: options.getProposedName() };
}

/** The type token in `urn:pulumi:<stack>::<project>::<parents$type>::<name>`. */
function typeToken(urn: string): string {
    return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The name in a URN, which may itself hold "::". */
function nameOf(urn: string): string {
    return urn.split("::").slice(3).join("::");
}
