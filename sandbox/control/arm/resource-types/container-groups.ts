import { freeAddress } from "../../addresses";
import { checkContainerGroup } from "../../container-groups/rules";
import {
    type ContainerGroupHidden,
    containerGroupHidden,
    type ContainerGroupProperties,
    containerGroupProperties,
} from "../../container-groups/model";
import { visibleProperties } from "../../container-groups/view";
import type { ControlContext } from "../../context";
import { TENANT } from "../../../subscriptions";
import { publicName } from "../../names";
import type { JsonObject, Resource } from "../../state/resource";
import { isTransitioning } from "../../state/resource";
import { parseBody } from "../body";
import { ArmError } from "../errors";
import { identityOf } from "../identity";
import { sameId } from "../resource-id";
import type { PutRequest, ResourceType } from "../resource-type";
import { checkAzureFileVolumes } from "./storage-access";

export const CONTAINER_GROUPS = "Microsoft.ContainerInstance/containerGroups";

/** Microsoft.ContainerInstance/containerGroups. */
export function containerGroups({ store, instance, runner }: ControlContext): ResourceType {
    function put(request: PutRequest) {
        const { existing, name, body } = request;
        if (existing && isTransitioning(existing)) throw transitioning(name);
        const properties = parseBody(containerGroupProperties, body.properties ?? {});
        const before = existing && {
            properties: containerGroupProperties.parse(existing.properties),
            hidden: containerGroupHidden.parse(existing.hidden),
            zones: existing.envelope.zones as string[] | undefined,
        };
        checkContainerGroup({
            name,
            zones: body.zones as string[] | undefined,
            properties,
            previous: before?.hidden.stopped ? undefined : before,
        });
        checkAzureFileVolumes(store, name, properties);
        const fqdn = fqdnOf(request, properties, before?.hidden);
        checkLabel(request, properties, fqdn);
        const hidden: ContainerGroupHidden = {
            ...(properties.ipAddress?.type === "Public" && { ip: before?.hidden.ip ?? newAddress() }),
            ...(fqdn !== undefined && { fqdn }),
            // Every PUT restarts the containers, an unchanged one too.
            generation: (before?.hidden.generation ?? 0) + 1,
            stopped: false,
        };
        const identity = identityOf(request.id, body.identity);
        return {
            properties,
            hidden,
            envelope: {
                ...(identity && { identity }),
                ...(body.zones !== undefined && { zones: body.zones }),
            },
        };
    }

    let lastAddress: string | undefined;
    function newAddress(): string {
        const addresses = store.ofType(CONTAINER_GROUPS).map(({ hidden }) => hidden.ip);
        const taken = new Set(addresses.filter(ip => typeof ip === "string"));
        lastAddress = freeAddress(instance.containerGroupAddresses, taken, lastAddress);
        return lastAddress;
    }

    /** A label belongs to one group in a region, whoever owns the other. */
    function checkLabel(request: PutRequest, properties: ContainerGroupProperties, fqdn: string | undefined) {
        const others = store.ofType(CONTAINER_GROUPS).filter(({ id }) => !sameId(id, request.id));
        if (fqdn === undefined || !others.some(({ hidden }) => hidden.fqdn === fqdn)) return;
        throw new ArmError(
            409,
            "DnsNameLabelNotAvailable",
            `The DNS name label '${properties.ipAddress?.dnsNameLabel ?? ""}' in container group '${request.name}' not available. Try using a different label.`,
        );
    }

    /** Gives the address up or takes a new one, as Azure does at stop and start. */
    function change(group: Resource, stopped: boolean): void {
        const hidden = containerGroupHidden.parse(group.hidden);
        const { ipAddress } = containerGroupProperties.parse(group.properties);
        const { ip: _, ...rest } = hidden;
        const ip = stopped || ipAddress?.type !== "Public" ? undefined : (hidden.ip ?? newAddress());
        const next: ContainerGroupHidden = {
            ...rest,
            ...(ip !== undefined && { ip }),
            generation: hidden.generation + 1,
            stopped,
        };
        store.update(group.id, { hidden: next });
    }

    return {
        type: CONTAINER_GROUPS,
        firstApiVersion: "2017-08-01-preview",
        location: "required",
        putStyle: "Azure-AsyncOperation",
        deleteStyle: "Location",
        put,
        provision: group => runner.run(group),
        release: group => runner.stop(group),

        async view(group, detailed) {
            const hidden = containerGroupHidden.parse(group.hidden);
            const visible = visibleProperties(containerGroupProperties.parse(group.properties), hidden);
            if (!detailed) return visible;
            const { group: instanceView, containers } = await runner.view(group);
            const withView = (list: unknown) =>
                (list as { name: string; properties: JsonObject }[]).map(one => ({
                    ...one,
                    properties: { ...one.properties, instanceView: containers[one.name] },
                }));
            return {
                ...visible,
                initContainers: withView(visible.initContainers),
                containers: withView(visible.containers),
                instanceView,
            };
        },

        actions: [
            {
                method: "POST",
                path: "stop",
                async run(group) {
                    if (isTransitioning(group)) throw transitioning(group.name);
                    change(group, true);
                    await runner.stop(group);
                    return { status: 204 };
                },
            },
            {
                method: "POST",
                path: "start",
                run(group) {
                    if (isTransitioning(group)) throw transitioning(group.name);
                    if (!containerGroupHidden.parse(group.hidden).stopped) return { status: 204 };
                    change(group, false);
                    return { status: 202 };
                },
            },
            {
                method: "POST",
                path: "restart",
                run(group) {
                    if (isTransitioning(group)) throw transitioning(group.name);
                    if (containerGroupHidden.parse(group.hidden).stopped) {
                        throw new ArmError(
                            409,
                            "ContainerGroupStopped",
                            `The container group '${group.name}' is stopped. Start it instead.`,
                        );
                    }
                    change(group, false);
                    return { status: 202 };
                },
            },
            {
                method: "GET",
                path: "containers/*/logs",
                async run(group, { segments: [container = ""], query }) {
                    const tail = query.tail === undefined ? undefined : Number(query.tail);
                    const timestamps = query.timestamps?.toLowerCase() === "true";
                    return {
                        status: 200,
                        body: { content: await runner.logs(group, container, { tail, timestamps }) },
                    };
                },
            },
        ],
    };
}

function fqdnOf(
    { resourceGroup, subscription, location }: PutRequest,
    { ipAddress }: ContainerGroupProperties,
    before: ContainerGroupHidden | undefined,
): string | undefined {
    const label = ipAddress?.dnsNameLabel;
    if (label === undefined) return undefined;
    const written = ipAddress?.autoGeneratedDomainNameLabelScope ?? "Unsecure";
    const scope = written === "Noreuse" ? "NoReuse" : written;
    const owner = { tenant: TENANT, subscription, resourceGroup };
    // A name that never repeats is kept for the life of the group.
    const kept = before?.fqdn;
    if (scope === "NoReuse" && kept?.startsWith(`${label.toLowerCase()}.`) && kept.split(".").length === 5)
        return kept;
    return publicName(label, `${location}.azurecontainer.io`, scope, owner);
}

function transitioning(name: string): ArmError {
    return new ArmError(
        409,
        "ContainerGroupTransitioning",
        `The container group '${name}' is still transitioning, please retry later.`,
    );
}
