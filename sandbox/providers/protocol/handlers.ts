import * as grpc from "@grpc/grpc-js";
import * as empty from "google-protobuf/google/protobuf/empty_pb.js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { Calls } from "./calls";
import type { EngineLog } from "./engine-log";
import { failure } from "./failure";
import { autonaming, checkResponse, diffResponse } from "./messages";
import type { Identity, Provider, ResourceType } from "./provider";
import { nameOf, typeTokenOf } from "./urn";
import { fromStruct, hasUnknown, toStruct } from "./values";

/**
 * The handlers of the service `ResourceProvider` for a provider.
 *
 * Secrets: the stand-ins do not announce `acceptSecrets`, so the engine sends plain values. It marks outputs as secret if
 * the input of the same name is secret. The provider marks outputs that are always secret.
 */
export function providerHandlers(
    provider: Provider,
    version: string,
    log: EngineLog,
): grpc.UntypedServiceImplementation {
    const calls = new Calls(log);
    const resources = new ResourceHandlers(provider, calls);
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
        checkConfig: unary((request: messages.CheckRequest) => {
            const response = new messages.CheckResponse();
            response.setInputs(request.getNews());
            return response;
        }),
        diffConfig: unary((request: messages.DiffRequest) => diffConfiguration(provider, request)),
        configure: unary((request: messages.ConfigureRequest) => configure(provider, request)),
        check: unary((request: messages.CheckRequest) => resources.check(request)),
        diff: unary((request: messages.DiffRequest) => resources.diff(request)),
        create: unary((request: messages.CreateRequest) => resources.create(request)),
        update: unary((request: messages.UpdateRequest) => resources.update(request)),
        read: unary((request: messages.ReadRequest) => resources.read(request)),
        delete: unary((request: messages.DeleteRequest) => resources.delete(request)),
        invoke: unary((request: messages.InvokeRequest) => invoke(provider, request, calls)),
        cancel: unary(() => {
            calls.cancelAll();
            return new empty.Empty();
        }),
    };
}

/** A handler that answers with the result of `handle`, and reports its error to the engine. */
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

function diffConfiguration(provider: Provider, request: messages.DiffRequest): messages.DiffResponse {
    if (!provider.diffConfiguration) return new messages.DiffResponse();
    const olds = fromStruct(request.getOldInputs() ?? request.getOlds());
    return diffResponse(provider.diffConfiguration(olds, fromStruct(request.getNews())));
}

function configure(provider: Provider, request: messages.ConfigureRequest): messages.ConfigureResponse {
    const prefix = `${provider.name}:config:`;
    const variables = [...request.getVariablesMap().entries()];
    provider.configure?.(
        Object.fromEntries(variables.map(([key, value]) => [key.replace(prefix, ""), value])),
    );
    const response = new messages.ConfigureResponse();
    response.setSupportspreview(true);
    response.setSupportsAutonamingConfiguration(true);
    return response;
}

async function invoke(
    provider: Provider,
    request: messages.InvokeRequest,
    calls: Calls,
): Promise<messages.InvokeResponse> {
    const token = request.getTok();
    const args = fromStruct(request.getArgs());
    if (hasUnknown(args)) throw new Error(`${token} was called with an argument that is not known yet.`);
    const result = provider.invoke?.(token, args, calls.start(""));
    if (!result) {
        throw new Error(
            `The sandbox's stand-in for ${provider.name} does not support the function ${token}.`,
        );
    }
    const response = new messages.InvokeResponse();
    response.setReturn(toStruct(await result));
    return response;
}

/** The handlers that concern one resource. */
class ResourceHandlers {
    constructor(
        private readonly provider: Provider,
        private readonly calls: Calls,
    ) {}

    async check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
        const urn = request.getUrn();
        const checkRequest = {
            name: nameOf(urn),
            olds: fromStruct(request.getOlds()),
            news: fromStruct(request.getNews()),
            randomSeed: request.getRandomseed_asU8(),
            naming: autonaming(request.getAutonaming()),
        };
        return checkResponse(await this.typeOf(urn).check(checkRequest, this.calls.start(urn)));
    }

    diff(request: messages.DiffRequest): messages.DiffResponse {
        return diffResponse(
            this.typeOf(request.getUrn()).diff({
                oldInputs: fromStruct(request.getOldInputs()),
                oldOutputs: fromStruct(request.getOlds()),
                news: fromStruct(request.getNews()),
            }),
        );
    }

    async create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
        const type = this.typeOf(request.getUrn());
        const news = fromStruct(request.getProperties());
        const response = new messages.CreateResponse();
        if (request.getPreview()) {
            const outputs = await type.preview(news, undefined, this.calls.start(request.getUrn()));
            response.setProperties(toStruct(outputs));
            return response;
        }
        const { id, outputs } = await type.create(
            news,
            this.calls.start(request.getUrn(), request.getTimeout()),
        );
        response.setId(id);
        response.setProperties(toStruct(outputs));
        return response;
    }

    async update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
        const type = this.typeOf(request.getUrn());
        const news = fromStruct(request.getNews());
        const olds = fromStruct(request.getOlds());
        const call = this.calls.start(request.getUrn(), request.getTimeout(), request.getIgnorechangesList());
        const outputs = request.getPreview()
            ? await type.preview(news, olds, call)
            : await type.update(identityOf(request), news, olds, call);
        const response = new messages.UpdateResponse();
        response.setProperties(toStruct(outputs));
        return response;
    }

    async read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
        const known = request.hasInputs()
            ? { inputs: fromStruct(request.getInputs()), outputs: fromStruct(request.getProperties()) }
            : undefined;
        const call = this.calls.start(request.getUrn(), request.getTimeout());
        const result = await this.typeOf(request.getUrn()).read(identityOf(request), known, call);
        const response = new messages.ReadResponse();
        if (result) {
            response.setId(result.id);
            response.setInputs(toStruct(result.inputs));
            response.setProperties(toStruct(result.outputs));
        }
        return response;
    }

    async delete(request: messages.DeleteRequest): Promise<empty.Empty> {
        const outputs = fromStruct(request.getProperties());
        const call = this.calls.start(request.getUrn(), request.getTimeout());
        await this.typeOf(request.getUrn()).delete(identityOf(request), outputs, call);
        return new empty.Empty();
    }

    private typeOf(urn: string): ResourceType {
        const token = typeTokenOf(urn);
        const type = this.provider.resourceType(token);
        if (type) return type;
        throw new Error(
            `The sandbox's stand-in for ${this.provider.name} does not support the type ${token}.`,
        );
    }
}

function identityOf(request: { getUrn(): string; getId(): string }): Identity {
    return { name: nameOf(request.getUrn()), id: request.getId() };
}
