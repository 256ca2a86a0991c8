import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { ControlContext } from "./context";
import {
    checkSubnets,
    checkSubnetUnused,
    type NamedSubnet,
    parseRanges,
    subnetProperties,
    virtualNetworkProperties,
} from "../../networks/subnet-rules";
import type { JsonObject, Resource } from "../../state/resource";
import { parseBody } from "../body";
import { ArmError } from "../errors";
import { uuidOf } from "../managed-identities";
import { sameId } from "../resource-id";
import type { ResourceType } from "../resource-type";

const VIRTUAL_NETWORKS = "Microsoft.Network/virtualNetworks";
const SUBNETS = `${VIRTUAL_NETWORKS}/subnets`;

/** "Resource name rules", Network. */
const NAME = /^[A-Za-z0-9]([-\w.]{0,78}\w)?$/;

const inlineSubnets = z.array(z.looseObject({ name: z.string(), properties: subnetProperties })).optional();
const networkHidden = z.object({ subnets: inlineSubnets });

/** Microsoft.Network/virtualNetworks (REST API). The sandbox checks addresses and routes no packets through networks. */
export function virtualNetworks({ store, clock }: ControlContext): ResourceType {
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
            const { subnets, ...others } = (body.properties ?? {}) as JsonObject;
            const properties = parseBody(virtualNetworkProperties, others);
            const space = parseRanges(properties.addressSpace.addressPrefixes, name);
            // A request without `subnets` keeps the existing ones. A list replaces them.
            const listed = parseBody(inlineSubnets, subnets ?? undefined);
            const present = existing ? subnetsOf(existing) : [];
            for (const subnet of listed ?? []) checkName(subnet.name);
            checkSubnets(name, space, listed ?? present.map(namedSubnet));
            if (listed) {
                for (const subnet of missingFrom(listed, present)) checkSubnetUnused(store, subnet);
            }
            return { properties, hidden: { ...(listed && { subnets: listed }) } };
        },

        created(network) {
            const { subnets } = networkHidden.parse(network.hidden);
            if (subnets === undefined) return;
            for (const subnet of missingFrom(subnets, subnetsOf(network))) store.delete(subnet.id);
            for (const subnet of subnets) {
                const id = `${network.id}/subnets/${subnet.name}`;
                const createdAt = store.get(id)?.createdAt ?? clock().toISOString();
                store.put(subnetResource(id, subnet, createdAt));
            }
        },

        checkDelete: network => subnetsOf(network).forEach(subnet => checkSubnetUnused(store, subnet)),

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

/** The existing subnets that a list does not contain. */
function missingFrom(listed: readonly NamedSubnet[], present: readonly Resource[]): Resource[] {
    return present.filter(subnet => !listed.some(({ name }) => sameId(name, subnet.name)));
}

function subnetResource(id: string, { name, properties }: NamedSubnet, createdAt: string): Resource {
    return {
        id,
        name,
        type: SUBNETS,
        etag: randomUUID(),
        envelope: {},
        properties,
        hidden: {},
        provisioningState: "Succeeded",
        createdAt,
    };
}

/** Microsoft.Network/virtualNetworks/subnets (REST API). */
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
            const others = store
                .below(networkId)
                .filter(other => other.type === SUBNETS && !sameId(other.id, id));
            const space = parseRanges(addressSpace.addressPrefixes, network);
            checkSubnets(network, space, [...others.map(namedSubnet), { name, properties }]);
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

function namedSubnet({ name, properties }: Resource): NamedSubnet {
    return { name, properties: subnetProperties.parse(properties) };
}

function checkName(name: string): void {
    if (NAME.test(name)) return;
    throw new ArmError(
        400,
        "InvalidResourceName",
        `Resource name ${name} is invalid. Use up to 80 letters, digits, '.', '-' and '_', starting with a letter or digit and ending with a letter, a digit or '_'.`,
    );
}
