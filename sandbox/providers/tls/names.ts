import type { JsonGeneralNames, JsonName } from "@peculiar/x509";
import { isObject, type Properties, type Value } from "../protocol/values";

/** The fields of `subject` with the abbreviations or object identifiers of their attributes, in the order that Go uses. */
const SUBJECT_PARTS: [input: string, abbreviation: string][] = [
    ["country", "C"],
    ["organization", "O"],
    ["organizationalUnit", "OU"],
    ["locality", "L"],
    ["province", "ST"],
    ["streetAddresses", "2.5.4.9"],
    ["postalCode", "2.5.4.17"],
    ["commonName", "CN"],
    ["serialNumber", "2.5.4.5"],
];

/** The distinguished name for the input `subject` of a certificate or request. */
export function subjectName(subject: Value | undefined): JsonName {
    if (!isObject(subject)) return [];
    return SUBJECT_PARTS.flatMap(([input, abbreviation]) =>
        texts(subject[input]).map(text => ({ [abbreviation]: [text] })),
    );
}

/** The subject alternative names in the inputs of a certificate or request. */
export function alternativeNames(inputs: Properties): JsonGeneralNames {
    return [
        ...texts(inputs.dnsNames).map(value => ({ type: "dns" as const, value })),
        ...texts(inputs.ipAddresses).map(value => ({ type: "ip" as const, value })),
        ...texts(inputs.uris).map(value => ({ type: "url" as const, value })),
    ];
}

function texts(value: Value | undefined): string[] {
    const list = Array.isArray(value) ? value : [value];
    return list.filter((item): item is string => typeof item === "string" && item !== "");
}
