/** Runs a `Provider` as a plug-in process that implements the service `ResourceProvider` of `pulumi/provider.proto`. */
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { startPluginServer, whenParentEnds } from "../../../machine/language-host/plugin-server";
import { EngineLog } from "./engine-log";
import { providerHandlers } from "./handlers";
import type { Provider } from "./provider";

/**
 * Starts the server and prints its port, as the engine expects. The engine ends the process; if the engine itself was
 * killed, the process ends by itself.
 */
export function serve(provider: Provider, version: string): void {
    const engineAddress = process.argv[2];
    if (!engineAddress) {
        throw new Error(
            "This program is a plug-in for Pulumi and cannot run by itself. The engine starts it with its address.",
        );
    }
    const handlers = providerHandlers(provider, version, new EngineLog(engineAddress));
    startPluginServer(ResourceProviderService, handlers);
    whenParentEnds(() => process.exit());
}
