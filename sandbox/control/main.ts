import { sandboxInstance } from "../instance";
import { startControl } from "./control";

/** Entry point of the control process. It runs until SIGTERM or SIGINT. */
async function main(): Promise<void> {
    const instance = sandboxInstance();
    const control = await startControl(instance);
    console.log(`Azure Resource Manager answers on https://${instance.arm.address}:${instance.arm.port}.`);
    console.log(
        control.kubernetes
            ? "Container groups run in Kubernetes."
            : "Container groups are recorded but do not run: this sandbox has no Kubernetes.",
    );
    const stop = () => void control.close().then(() => process.exit(0));
    process.once("SIGTERM", stop).once("SIGINT", stop);
}

main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
});
