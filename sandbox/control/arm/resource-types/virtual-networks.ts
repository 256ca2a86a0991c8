import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { ControlContext } from "../../context";
import {
    checkSubnets,
    checkSubnetUnused,
    rangesOf,
    subnetProperties,
    virtualNetworkProperties,
} from "../../networks/subnet-rules";
import type { JsonObject, Resource } from "../../state/resource";
import { parseBody } from "../body";
import { ArmError } from "../errors";
import { uuidOf } from "../identity";
import { sameId } from "../resource-id";
import type { ResourceType } from "../resource-type";

export const VIRTUAL_NETWORKS = "Microsoft.Network/virtualNetworks";
const SUBNETS = `${VIRTUAL_NETWORKS}/subnets`;

/** "Resource name rules", Network. */
const NAME = /^[A-Za-z0-9]([-\w.]{0,78}\w)?$/;

const inlineSubnets = z.array(z.looseObject({ name: z.string(), properties: subnetProperties })).optional();
const networkHidden = z.object({ subnets: inlineSubnets });

/** Microsoft.Network/virtualNetworks. Addresses are checked; no packet goes through them. */
export function virtualNetworks(context: ControlContext): ResourceType {
    const { store, clock } = context;
    const subnetsOf = (network: Resource) => store.below(network.id).filter(({ type }) => type === SUBNETS);

    return {
        type: VIRTUAL_NETWORKS,
        firstApiVersion: "2014-12-01-preview",
        location: "required",
        putStyle: "Azure-AsyncOperation",
        deleteStyle: "Azure-AsyncOperation",
        etags: true,

        put({ name, body, existing }) {
            checkName(name);
            const { subnets, ...own } = (body.properties ?? {}) as JsonObject;
            const properties = parseBody(virtualNetworkProperties, own);
            const space = rangesOf(properties.addressSpace.addressPrefixes, name);
            // Subnets that a client does not mention stay; those that its list lacks go.
            const listed = parseBody(inlineSubnets, subnets ?? undefined);
            const present = existing ? subnetsOf(existing) : [];
            for (const one of listed ?? []) checkName(one.name);
            checkSubnets(name, space, listed ?? present.map(named));
            if (listed) {
                const left = present.filter(one => !listed.some(other => sameId(other.name, one.name)));
                for (const one of left) checkSubnetUnused(store, one);
            }
            return { properties, hidden: { ...(listed && { subnets: listed }) } };
        },

        created(network) {
            const { subnets } = networkHidden.parse(network.hidden);
            if (subnets === undefined) return;
            for (const one of subnetsOf(network)) {
                if (!subnets.some(({ name }) => sameId(name, one.name))) store.delete(one.id);
            }
            for (const { name, properties } of subnets) {
                const id = `${network.id}/subnets/${name}`;
                store.put({
                    id,
                    name,
                    type: SUBNETS,
                    etag: randomUUID(),
                    envelope: {},
                    properties,
                    hidden: {},
                    provisioningState: "Succeeded",
                    createdAt: store.get(id)?.createdAt ?? clock().toISOString(),
                });
            }
        },

        checkDelete: network => subnetsOf(network).forEach(one => checkSubnetUnused(store, one)),

        view: network => ({
            ...network.properties,
            resourceGuid: uuidOf(network.id),
            enableDdosProtection: false,
            virtualNetworkPeerings: [],
            subnets: subnetsOf(network).map(({ id, name, type, etag, properties, provisioningState }) => ({
                id,
                name,
                type,
                etag,
                properties: { ...subnetView(properties), provisioningState },
            })),
        }),
    };
}

/** Microsoft.Network/virtualNetworks/subnets. */
export function subnets({ store }: ControlContext): ResourceType {
    return {
        type: SUBNETS,
        firstApiVersion: "2014-12-01-preview",
        location: "none",
        putStyle: "Azure-AsyncOperation",
        deleteStyle: "Azure-AsyncOperation",
        etags: true,

        put({ id, name, names: [network = ""], body }) {
            checkName(name);
            const properties = parseBody(subnetProperties, body.properties ?? {});
            const networkId = id.split("/").slice(0, -2).join("/");
            const { addressSpace } = virtualNetworkProperties.parse(store.get(networkId)?.properties);
            const others = store.below(networkId).filter(one => one.type === SUBNETS && !sameId(one.id, id));
            const space = rangesOf(addressSpace.addressPrefixes, network);
            checkSubnets(network, space, [...others.map(named), { name, properties }]);
            return { properties };
        },

        checkDelete: subnet => checkSubnetUnused(store, subnet),
        view: ({ properties }) => subnetView(properties),
    };
}

function subnetView(properties: JsonObject): JsonObject {
    return {
        delegations: [],
        privateEndpointNetworkPolicies: "Disabled",
        privateLinkServiceNetworkPolicies: "Enabled",
        ...properties,
    };
}

function named({ name, properties }: Resource) {
    return { name, properties: subnetProperties.parse(properties) };
}

function checkName(name: string): void {
    if (NAME.test(name)) return;
    throw new ArmError(
        400,
        "InvalidResourceName",
        `Resource name ${name} is invalid. It has up to 80 letters, digits, '.', '-' and '_', starts with a letter or digit, and ends with one or '_'.`,
    );
}
