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

/** The lock files of package managers other than npm. */
const LOCK_FILES = { "pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn" };

/** The handlers of the `LanguageRuntime` service in `pulumi/language.proto`. */
export function languageHandlers(engineAddress: string): grpc.UntypedServiceImplementation {
    return {
        handshake: unary(() => new language.LanguageHandshakeResponse()),
        getPluginInfo: unary(() => new plugin.PluginInfo()),
        about: unary(about),
        getRequiredPlugins: unary(getRequiredPlugins),
        getRequiredPackages: unary(getRequiredPackages),
        getProgramDependencies: unary(getProgramDependencies),
        run: unary(async (request: language.RunRequest) => {
            const { error, bail } = await runProgram(request, engineAddress);
            return new language.RunResponse().setError(error).setBail(bail);
        }),
        runPlugin: streaming(runPluginHandler),
        installDependencies: streaming(installDependenciesHandler),
        cancel: unary(() => {
            children.kill();
            return new Empty();
        }),
    };
}

type Stream<Request, Response> = grpc.ServerWritableStream<Request, Response>;

/** A handler that answers with the result of `answer`. An error that it throws becomes the error of the call. */
function unary<Request, Response>(
    answer: (request: Request) => Promise<Response> | Response,
): grpc.handleUnaryCall<Request, Response> {
    return (call, done) => {
        Promise.resolve(call.request)
            .then(answer)
            .then(
                response => done(null, response),
                (error: Error) => done({ code: grpc.status.UNKNOWN, details: error.message }),
            );
    };
}

/** A handler whose `work` writes the responses. The stream ends with the promise, or with its error. */
function streaming<Request, Response>(
    work: (call: Stream<Request, Response>) => Promise<void>,
): grpc.handleServerStreamingCall<Request, Response> {
    return call => {
        work(call).then(
            () => call.end(),
            (error: Error) => call.emit("error", { code: grpc.status.UNKNOWN, details: error.message }),
        );
    };
}

async function runPluginHandler(
    call: Stream<language.RunPluginRequest, language.RunPluginResponse>,
): Promise<void> {
    const output = {
        stdout: (chunk: Buffer) =>
            call.write(new language.RunPluginResponse().setStdout(new Uint8Array(chunk))),
        stderr: (chunk: Buffer) =>
            call.write(new language.RunPluginResponse().setStderr(new Uint8Array(chunk))),
    };
    const code = await runPlugin(call.request, output, end => call.on("cancelled", end));
    call.write(new language.RunPluginResponse().setExitcode(code));
}

async function installDependenciesHandler(
    call: Stream<language.InstallDependenciesRequest, language.InstallDependenciesResponse>,
): Promise<void> {
    const directory = call.request.getDirectory();
    const manager = runtimeOptions(call.request.getInfo()).packagemanager ?? packageManagerOf(directory);
    await installDependencies(directory, manager, {
        stdout: chunk =>
            call.write(new language.InstallDependenciesResponse().setStdout(new Uint8Array(chunk))),
        stderr: chunk =>
            call.write(new language.InstallDependenciesResponse().setStderr(new Uint8Array(chunk))),
    });
}

function about(): language.AboutResponse {
    return new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version);
}

function getRequiredPlugins(
    request: language.GetRequiredPluginsRequest,
): language.GetRequiredPluginsResponse {
    return new language.GetRequiredPluginsResponse().setPluginsList(
        requiredPlugins(programOf(request)).map(({ name, version, server }) =>
            new plugin.PluginDependency()
                .setKind("resource")
                .setName(name)
                .setVersion(version)
                .setServer(server ?? ""),
        ),
    );
}

function getRequiredPackages(
    request: language.GetRequiredPackagesRequest,
): language.GetRequiredPackagesResponse {
    return new language.GetRequiredPackagesResponse().setPackagesList(
        requiredPlugins(programOf(request)).map(packageDependency),
    );
}

function packageDependency({
    name,
    version,
    server,
    parameterization,
}: RequiredPlugin): plugin.PackageDependency {
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
            // package.json contains the value in Base64, and so does the message.
            .setValue(parameterization.value),
    );
}

function getProgramDependencies(
    request: language.GetProgramDependenciesRequest,
): language.GetProgramDependenciesResponse {
    return new language.GetProgramDependenciesResponse().setDependenciesList(
        dependencies(programOf(request), request.getTransitivedependencies()).map(({ name, version }) =>
            new language.DependencyInfo().setName(name).setVersion(version),
        ),
    );
}

function programOf(request: { getInfo(): language.ProgramInfo | undefined }): string {
    return request.getInfo()?.getProgramDirectory() || process.cwd();
}

function packageManagerOf(directory: string): string {
    const root = folderAbove(directory, "package.json") ?? directory;
    for (const [file, manager] of Object.entries(LOCK_FILES)) {
        if (existsSync(path.join(root, file))) return manager;
    }
    return "npm";
}
