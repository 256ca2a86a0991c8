import type { SandboxInstance } from "../instance";
import type { ContainerGroupRunner } from "./container-groups/runner";
import type { Store } from "./state/store";

/** Subscription and tenant of every sandbox. */
export const SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
export const TENANT = "00000000-0000-0000-0000-000000000002";

/** What the resource types share. */
export interface ControlContext {
    store: Store;
    instance: SandboxInstance;
    runner: ContainerGroupRunner;
    clock: () => Date;
}
