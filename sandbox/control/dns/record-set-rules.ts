import { ArmError } from "../arm/errors";
import { isWithin } from "../arm/resource-id";
import type { Resource } from "../state/resource";
import { RECORD_MEMBERS, type RecordSetProperties, type RecordType } from "./record-set";

/** The record set that a PUT would create or update. */
export interface ProposedRecordSet {
    zone: string;
    /** Relative to the zone. `@` is the apex. */
    name: string;
    type: RecordType;
    properties: RecordSetProperties;
    /** Types of the other record sets of the same name. */
    neighbours: readonly RecordType[];
    /** Whether the record set exists. */
    exists: boolean;
    /** The resource that `targetResource` refers to. Undefined if it does not exist. */
    target?: Resource;
    /** Id of the zone. */
    zoneId: string;
    /** The name servers of the zone, which the NS record set of the apex must contain. */
    nameServers: readonly string[];
}

/** Labels of letters, digits, '-' and '_'. `*` is allowed as the first label. `@` is the apex (RFC 1035, 2.3.4; RFC 4592). */
const NAME =
    /^(@|\*|(\*\.)?[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)*)$/i;
const DOMAIN =
    /^(?=.{1,254}$)([a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)*\.?$/i;

const MAXIMUM_TTL = 2_147_483_647;

/** Checks a record set against the restrictions of "Overview of DNS zones and records". @throws ArmError with the first refusal */
export function checkRecordSet(set: ProposedRecordSet): void {
    for (const rule of [
        validName,
        noCnameAtApex,
        noNewSoa,
        cnameIsAlone,
        validContents,
        validAliasTarget,
        validTimeToLive,
        validDomainNames,
        azureNameServersAtApex,
    ]) {
        rule(set);
    }
}

/** @throws ArmError for the SOA and NS record sets of the apex, which every zone must have */
export function checkRecordSetDeletion(name: string, type: RecordType): void {
    if (type !== "SOA" && !(type === "NS" && name === "@")) return;
    throw badRequest(`The ${type} record set '@' cannot be deleted. Delete the zone instead.`);
}

function validName({ name }: ProposedRecordSet): void {
    if (!NAME.test(name)) throw badRequest(`The record set name '${name}' is invalid.`);
}

/** A CNAME cannot coexist with other records (RFC 1034, 3.6.2), and the apex has SOA and NS records. */
function noCnameAtApex({ name, type, zone }: ProposedRecordSet): void {
    if (type !== "CNAME" || name !== "@") return;
    throw badRequest(
        `The CNAME record set '@' cannot be created: a CNAME is not allowed at the apex of the zone '${zone}'.`,
    );
}

function noNewSoa({ name, type, exists }: ProposedRecordSet): void {
    if (type !== "SOA" || (name === "@" && exists)) return;
    throw badRequest("An SOA record set cannot be created. Every zone has one at its apex; update that.");
}

function cnameIsAlone({ type, neighbours }: ProposedRecordSet): void {
    if (type === "CNAME" && neighbours.length > 0) {
        throw conflict(
            "The CNAME record could not be created because another record with the same name already exists in this zone.",
        );
    }
    if (neighbours.includes("CNAME")) {
        throw conflict(
            `The ${type} record could not be created because a CNAME record with the same name already exists in this zone.`,
        );
    }
}

/** A record set has records of its type, and of no other type. An alias has no records. */
function validContents({ type, properties }: ProposedRecordSet): void {
    const foreign = Object.entries(RECORD_MEMBERS).find(
        ([other, member]) => other !== type && hasRecords(properties[member]),
    );
    if (foreign) {
        throw badRequest(`The record set of type ${type} has records of type ${foreign[0]}.`);
    }
    const ofType = hasRecords(properties[RECORD_MEMBERS[type]]);
    const alias = isAlias(properties);
    if (alias && !["A", "AAAA", "CNAME"].includes(type)) {
        throw badRequest(`A record set of type ${type} cannot be an alias.`);
    }
    if (alias && ofType)
        throw badRequest("A record set cannot have both records and a targetResource. Remove one of them.");
    if (!alias && !ofType && type !== "SOA") {
        throw badRequest(`The record set of type ${type} must have at least one record.`);
    }
}

/** "Azure DNS alias records overview", for the resource types of the sandbox. */
function validAliasTarget({ type, zoneId, properties, target }: ProposedRecordSet): void {
    if (!isAlias(properties)) return;
    const id = properties.targetResource?.id ?? "";
    if (target === undefined)
        throw badRequest(`The target resource '${id}' of the record set does not exist.`);
    const targetType = target.type.toLowerCase();
    if (targetType === "microsoft.network/publicipaddresses" && type !== "CNAME") {
        const version = target.properties.publicIPAddressVersion === "IPv6" ? "IPv6" : "IPv4";
        if ((version === "IPv6") === (type === "AAAA")) return;
        throw badRequest(`A record set of type ${type} cannot refer to an ${version} address.`);
    }
    if (targetType !== `microsoft.network/dnszones/${type.toLowerCase()}`) {
        throw badRequest(`A record set of type ${type} cannot refer to a resource of type ${target.type}.`);
    }
    if (!isWithin(target.id, zoneId)) {
        throw badRequest(`The target resource '${id}' is a record set of another zone.`);
    }
    if (isAlias(target.properties)) {
        throw badRequest(`The target resource '${id}' is itself an alias record set.`);
    }
}

function validTimeToLive({ properties }: ProposedRecordSet): void {
    const { TTL } = properties;
    if (TTL === undefined && isAlias(properties)) return;
    if (TTL !== undefined && TTL >= 1 && TTL <= MAXIMUM_TTL) return;
    throw badRequest(`The TTL '${TTL ?? ""}' is invalid. It must be between 1 and ${MAXIMUM_TTL} seconds.`);
}

function validDomainNames({ properties }: ProposedRecordSet): void {
    const names = [
        properties.CNAMERecord?.cname,
        ...(properties.MXRecords ?? []).map(({ exchange }) => exchange),
        ...(properties.NSRecords ?? []).map(({ nsdname }) => nsdname),
        ...(properties.SRVRecords ?? []).map(({ target }) => target),
    ];
    const bad = names.find(one => one !== undefined && !DOMAIN.test(one));
    if (bad !== undefined) throw badRequest(`The domain name '${bad}' is invalid.`);
}

function azureNameServersAtApex({ name, type, properties, nameServers }: ProposedRecordSet): void {
    if (type !== "NS" || name !== "@") return;
    const present = new Set((properties.NSRecords ?? []).map(({ nsdname }) => nsdname.toLowerCase()));
    if (nameServers.every(server => present.has(server))) return;
    throw badRequest("The name servers of Azure DNS cannot be removed from the apex of a zone.");
}

export function isAlias({ targetResource }: RecordSetProperties): boolean {
    return targetResource?.id !== undefined && targetResource.id !== "";
}

function hasRecords(records: unknown): boolean {
    return Array.isArray(records) ? records.length > 0 : records !== undefined;
}

function badRequest(message: string): ArmError {
    return new ArmError(400, "BadRequest", message);
}

function conflict(message: string): ArmError {
    return new ArmError(409, "Conflict", message);
}
