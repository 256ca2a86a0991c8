import {
    containerGroupHidden,
    type ContainerGroupHidden,
    containerGroupProperties,
} from "../../container-groups/model";
import type { ContainerGroupRunner } from "../../container-groups/runner";
import type { AddressPool } from "../../networks/address-pool";
import { isTransitioning, type Resource } from "../../state/resource";
import type { Store } from "../../state/store";
import { ArmError } from "../errors";
import type { Action } from "../resource-type";

export interface ActionContext {
    store: Store;
    runner: ContainerGroupRunner;
    pool: AddressPool;
}

/** `stop`, `start`, `restart` and `logs` of a container group (REST API, Container Groups and Containers). */
export function containerGroupActions(context: ActionContext): Action[] {
    const { runner } = context;
    return [
        {
            method: "POST",
            path: "stop",
            async run(group) {
                checkNotTransitioning(group);
                startGeneration(group, true, context);
                await runner.stop(group);
                return { status: 204 };
            },
        },
        {
            method: "POST",
            path: "start",
            run(group) {
                checkNotTransitioning(group);
                if (!containerGroupHidden.parse(group.hidden).stopped) return { status: 204 };
                startGeneration(group, false, context);
                return { status: 202 };
            },
        },
        {
            method: "POST",
            path: "restart",
            run(group) {
                checkNotTransitioning(group);
                if (containerGroupHidden.parse(group.hidden).stopped) throw isStopped(group.name);
                startGeneration(group, false, context);
                return { status: 202 };
            },
        },
        {
            method: "GET",
            path: "containers/*/logs",
            async run(group, { segments: [container = ""], query }) {
                const tail = query.tail === undefined ? undefined : Number(query.tail);
                const timestamps = query.timestamps?.toLowerCase() === "true";
                const content = await runner.logs(group, container, { tail, timestamps });
                return { status: 200, body: { content } };
            },
        },
    ];
}

/** Raises the generation. As on Azure, a stopped group has no address, and a started one gets a new address. */
function startGeneration(group: Resource, stopped: boolean, { store, pool }: ActionContext): void {
    const hidden = containerGroupHidden.parse(group.hidden);
    const { ipAddress } = containerGroupProperties.parse(group.properties);
    const { ip: _, ...rest } = hidden;
    const ip = stopped || ipAddress?.type !== "Public" ? undefined : (hidden.ip ?? pool.next());
    const next: ContainerGroupHidden = {
        ...rest,
        ...(ip !== undefined && { ip }),
        generation: hidden.generation + 1,
        stopped,
    };
    store.update(group.id, { hidden: next });
}

function checkNotTransitioning(group: Resource): void {
    if (isTransitioning(group)) throw transitioning(group.name);
}

export function transitioning(name: string): ArmError {
    return new ArmError(
        409,
        "ContainerGroupTransitioning",
        `The container group '${name}' is still transitioning, please retry later.`,
    );
}

function isStopped(name: string): ArmError {
    return new ArmError(
        409,
        "ContainerGroupStopped",
        `The container group '${name}' is stopped. Start it instead of restarting it.`,
    );
}
