import { existsSync } from "node:fs";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as language from "@pulumi/pulumi/proto/language_pb";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { children } from "./children";
import { runtimeOptions } from "./options";
import { dependencies, folderAbove, requiredPlugins, type RequiredPlugin } from "./packages";
import { installDependencies, runPlugin, runProgram } from "./run";

type Unary<Request, Response> = (request: Request) => Promise<Response> | Response;

/** Package managers by the lock file that they leave. */
const LOCK_FILES = { "pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn" };

/** The methods of the engine's `LanguageRuntime` service, without the protocol's clutter. */
export class LanguageHost {
    constructor(private readonly engineAddress: string) {}

    methods(): grpc.UntypedServiceImplementation {
        return {
            handshake: unary(() => new language.LanguageHandshakeResponse()),
            getPluginInfo: unary(() => new plugin.PluginInfo()),
            about: unary(() => about()),
            getRequiredPlugins: unary((request: language.GetRequiredPluginsRequest) =>
                plugins(programOf(request)),
            ),
            getRequiredPackages: unary((request: language.GetRequiredPackagesRequest) =>
                packages(programOf(request)),
            ),
            getProgramDependencies: unary((request: language.GetProgramDependenciesRequest) =>
                dependencyList(programOf(request), request.getTransitivedependencies()),
            ),
            run: unary(async (request: language.RunRequest) => {
                const { error, bail } = await runProgram(request, this.engineAddress);
                return new language.RunResponse().setError(error).setBail(bail);
            }),
            runPlugin: (
                call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>,
            ) =>
                stream(call, async () => {
                    const send = (response: language.RunPluginResponse) => call.write(response);
                    const code = await runPlugin(
                        call.request,
                        {
                            stdout: chunk =>
                                send(new language.RunPluginResponse().setStdout(new Uint8Array(chunk))),
                            stderr: chunk =>
                                send(new language.RunPluginResponse().setStderr(new Uint8Array(chunk))),
                        },
                        end => call.on("cancelled", end),
                    );
                    send(new language.RunPluginResponse().setExitcode(code));
                }),
            installDependencies: (
                call: grpc.ServerWritableStream<
                    language.InstallDependenciesRequest,
                    language.InstallDependenciesResponse
                >,
            ) =>
                stream(call, async () => {
                    const directory = call.request.getDirectory();
                    const manager =
                        runtimeOptions(call.request.getInfo()).packagemanager ?? managerOf(directory);
                    await installDependencies(directory, manager, {
                        stdout: chunk =>
                            call.write(
                                new language.InstallDependenciesResponse().setStdout(new Uint8Array(chunk)),
                            ),
                        stderr: chunk =>
                            call.write(
                                new language.InstallDependenciesResponse().setStderr(new Uint8Array(chunk)),
                            ),
                    });
                }),
            cancel: unary(() => {
                children.kill();
                return new Empty();
            }),
        };
    }
}

/** Answers one call; whatever is thrown becomes the call's error. */
function unary<Request, Response>(answer: Unary<Request, Response>): grpc.handleUnaryCall<Request, Response> {
    return (call, done) => {
        Promise.resolve(call.request)
            .then(answer)
            .then(
                response => done(null, response),
                (error: Error) => done({ code: grpc.status.UNKNOWN, details: error.message }),
            );
    };
}

function stream<Request, Response>(
    call: grpc.ServerWritableStream<Request, Response>,
    work: () => Promise<void>,
): void {
    work().then(
        () => call.end(),
        (error: Error) => call.emit("error", { code: grpc.status.UNKNOWN, details: error.message }),
    );
}

interface WithProgram {
    getInfo(): language.ProgramInfo | undefined;
}

function programOf(request: WithProgram): string {
    return request.getInfo()?.getProgramDirectory() || process.cwd();
}

function about(): language.AboutResponse {
    return new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
}

function plugins(program: string): language.GetRequiredPluginsResponse {
    return new language.GetRequiredPluginsResponse().setPluginsList(
        requiredPlugins(program).map(({ name, version, server }) =>
            new plugin.PluginDependency()
                .setKind("resource")
                .setName(name)
                .setVersion(version)
                .setServer(server ?? ""),
        ),
    );
}

function packages(program: string): language.GetRequiredPackagesResponse {
    return new language.GetRequiredPackagesResponse().setPackagesList(
        requiredPlugins(program).map(asPackage),
    );
}

function asPackage({ name, version, server, parameterization }: RequiredPlugin): plugin.PackageDependency {
    const dependency = new plugin.PackageDependency()
        .setKind("resource")
        .setName(name)
        .setVersion(version)
        .setServer(server ?? "");
    if (!parameterization) return dependency;
    return dependency.setParameterization(
        new plugin.PackageParameterization()
            .setName(parameterization.name)
            .setVersion(parameterization.version)
            // Base64, as it stands in package.json.
            .setValue(parameterization.value),
    );
}

function dependencyList(program: string, transitive: boolean): language.GetProgramDependenciesResponse {
    return new language.GetProgramDependenciesResponse().setDependenciesList(
        dependencies(program, transitive).map(({ name, version }) =>
            new language.DependencyInfo().setName(name).setVersion(version),
        ),
    );
}

function managerOf(directory: string): string {
    const root = folderAbove(directory, "package.json") ?? directory;
    for (const [file, manager] of Object.entries(LOCK_FILES)) {
        if (existsSync(path.join(root, file))) return manager;
    }
    return "npm";
}
