import { randomBytes } from "node:crypto";
import { hash } from "bcryptjs";
import type { LocalType } from "../local/local-resource";
import type { Properties } from "../protocol/values";
import { randomText, TEXT_DEFAULTS, textProblems } from "./random-text";

/** The cost parameter of bcrypt, and the number of bytes that it uses of a text. */
const BCRYPT_ROUNDS = 10;
const BCRYPT_LENGTH = 72;

const randomString: LocalType = {
    required: ["length"],
    defaults: TEXT_DEFAULTS,
    computed: ["result"],
    problems: textProblems,
    create: inputs => {
        const result = randomText(inputs);
        return Promise.resolve({ id: result, computed: { result } });
    },
    importFrom: id => ({ inputs: { length: id.length }, computed: { result: id } }),
};

const randomPassword: LocalType = {
    ...randomString,
    computed: ["result", "bcryptHash"],
    secrets: ["result", "bcryptHash"],
    // The id of a string is its result. A password needs another id, because ids are never secret.
    create: async inputs => {
        const result = randomText(inputs);
        const prefix = Buffer.from(result).subarray(0, BCRYPT_LENGTH).toString();
        return { id: "none", computed: { result, bcryptHash: await hash(prefix, BCRYPT_ROUNDS) } };
    },
    importFrom: undefined,
};

const randomId: LocalType = {
    required: ["byteLength"],
    defaults: {},
    computed: ["b64Std", "b64Url", "dec", "hex"],
    problems: ({ byteLength }) =>
        typeof byteLength === "number" && byteLength < 1
            ? [`byteLength must be at least 1, got: ${byteLength}`]
            : [],
    create: inputs => {
        const bytes = randomBytes(Number(inputs.byteLength));
        return Promise.resolve({ id: bytes.toString("base64url"), computed: idForms(bytes, inputs.prefix) });
    },
    importFrom: id => {
        const [text = "", prefix] = id.split(",").reverse();
        const bytes = Buffer.from(text, "base64url");
        const inputs = { byteLength: bytes.length, ...(prefix !== undefined && { prefix }) };
        return { inputs, computed: idForms(bytes, prefix) };
    },
};

function idForms(bytes: Buffer, prefix: Properties[string] | undefined): Properties {
    const start = typeof prefix === "string" ? prefix : "";
    return {
        b64Std: start + bytes.toString("base64"),
        b64Url: start + bytes.toString("base64url"),
        dec: start + BigInt(`0x${bytes.toString("hex")}`).toString(),
        hex: start + bytes.toString("hex"),
    };
}

/** The supported types of @pulumi/random. A change of any input replaces the resource; `keepers` exists for this purpose. */
export const randomTypes: Record<string, LocalType> = {
    "random:index/randomString:RandomString": randomString,
    "random:index/randomPassword:RandomPassword": randomPassword,
    "random:index/randomId:RandomId": randomId,
};
