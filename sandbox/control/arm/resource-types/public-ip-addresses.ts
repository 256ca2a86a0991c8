import { z } from "zod";
import { TENANT } from "../../../subscriptions";
import { AddressPool } from "../../networks/address-pool";
import { publicName } from "../../networks/public-names";
import type { JsonObject, Resource } from "../../state/resource";
import type { Store } from "../../state/store";
import { optional, parseBody, word } from "../body";
import { ArmError } from "../errors";
import { sameId } from "../resource-id";
import type { Draft, PutRequest, ResourceType } from "../resource-type";
import type { ControlContext } from "./context";
import { checkNotAttached, PUBLIC_IP_ADDRESSES, publicIpHidden } from "./public-ip-attachment";

/** "Resource name rules", Network. */
const NAME = /^[A-Za-z0-9]([-\w.]{0,78}\w)?$/;
const LABEL = /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/;

const addressProperties = z.looseObject({
    publicIPAllocationMethod: optional(word("Dynamic", "Static")),
    publicIPAddressVersion: optional(word("IPv4", "IPv6")),
    idleTimeoutInMinutes: optional(z.number().int().min(4).max(30)),
    dnsSettings: optional(
        z.looseObject({
            domainNameLabel: optional(z.string()),
            domainNameLabelScope: optional(
                word("TenantReuse", "SubscriptionReuse", "ResourceGroupReuse", "NoReuse"),
            ),
            reverseFqdn: optional(z.string()),
        }),
    ),
});

const sku = z.looseObject({
    name: optional(word("Basic", "Standard", "StandardV2")),
    tier: optional(word("Regional", "Global")),
});

/** Microsoft.Network/publicIPAddresses (REST API): addresses of Services of type LoadBalancer and targets of DNS aliases. */
export function publicIpAddresses({ store, instance }: ControlContext): ResourceType {
    const pool = new AddressPool(instance.loadBalancerAddresses, () => store.ofType(PUBLIC_IP_ADDRESSES));
    return {
        type: PUBLIC_IP_ADDRESSES,
        firstApiVersion: "2014-12-01-preview",
        location: "required",
        putStyle: "Azure-AsyncOperation",
        deleteStyle: "Azure-AsyncOperation",
        etags: true,
        put: request => draftOf(request, store, pool),
        checkDelete: checkNotAttached,
        view: viewOf,
    };
}

function draftOf(request: PutRequest, store: Store, pool: AddressPool): Draft {
    const { id, name, body, existing } = request;
    if (!NAME.test(name)) throw invalidName(name);
    const properties = parseBody(addressProperties, body.properties ?? {});
    const { name: skuName = "Basic", tier = "Regional" } = parseBody(sku, body.sku ?? {});
    const method = properties.publicIPAllocationMethod ?? "Dynamic";
    if (skuName !== "Basic" && method === "Dynamic") {
        throw new ArmError(
            400,
            "PublicIPAddressWithStandardSkuMustBeStatic",
            `Public IP address ${id} of SKU ${skuName} must have the allocation method Static.`,
        );
    }
    const before = publicIpHidden.parse(existing?.hidden ?? {});
    const fqdn = fqdnOf(request, properties.dnsSettings, before.fqdn);
    checkNameIsFree(fqdn, id, store);
    // Azure assigns a dynamic address at the first use, and no resource of the sandbox can use one.
    const ip = method === "Static" ? (before.ip ?? pool.next()) : undefined;
    return {
        properties,
        hidden: {
            ...(ip !== undefined && { ip }),
            ...(fqdn !== undefined && { fqdn }),
            ...(before.attachedTo !== undefined && { attachedTo: before.attachedTo }),
        },
        envelope: {
            sku: { name: skuName, tier },
            ...(body.zones !== undefined && { zones: body.zones }),
        },
    };
}

function checkNameIsFree(fqdn: string | undefined, id: string, store: Store): void {
    const others = store.ofType(PUBLIC_IP_ADDRESSES).filter(address => !sameId(address.id, id));
    if (fqdn === undefined || !others.some(({ hidden }) => hidden.fqdn === fqdn)) return;
    throw new ArmError(400, "DnsRecordInUse", `DNS record ${fqdn} is already used by another public IP.`);
}

function viewOf({ properties, hidden }: Resource): JsonObject {
    const { ip, fqdn, attachedTo } = publicIpHidden.parse(hidden);
    const { dnsSettings, ...rest } = addressProperties.parse(properties);
    return {
        publicIPAllocationMethod: "Dynamic",
        publicIPAddressVersion: "IPv4",
        idleTimeoutInMinutes: 4,
        ipTags: [],
        ...rest,
        ...(dnsSettings && { dnsSettings: { ...dnsSettings, ...(fqdn !== undefined && { fqdn }) } }),
        ...(ip !== undefined && { ipAddress: ip }),
        ...(attachedTo !== undefined && { ipConfiguration: { id: attachedTo } }),
    };
}

function fqdnOf(
    { subscription, resourceGroup, location }: PutRequest,
    dnsSettings: z.output<typeof addressProperties>["dnsSettings"],
    before: string | undefined,
): string | undefined {
    const label = dnsSettings?.domainNameLabel;
    if (label === undefined) return undefined;
    if (!LABEL.test(label)) {
        throw new ArmError(
            400,
            "InvalidDomainNameLabel",
            `The domain name label ${label} is invalid. It must conform to the following regular expression: ^[a-z][a-z0-9-]{1,61}[a-z0-9]$.`,
        );
    }
    const scope = dnsSettings?.domainNameLabelScope ?? "Unsecure";
    const suffix = `${location}.cloudapp.azure.com`;
    if (scope === "NoReuse" && before?.startsWith(`${label}.`) && before !== `${label}.${suffix}`)
        return before;
    return publicName(label, suffix, scope, { tenant: TENANT, subscription, resourceGroup });
}

function invalidName(name: string): ArmError {
    return new ArmError(
        400,
        "InvalidResourceName",
        `Resource name ${name} is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.`,
    );
}
