import type { Case } from "../case";
import { AUTHORITY_CASES } from "./authorities";
import { CHAIN_CASES } from "./chains";
import { DATE_CASES } from "./dates";
import { ENCODING_CASES } from "./encodings";
import { GOOD } from "./good";
import { NAME_CASES } from "./names";
import { STRENGTH_CASES } from "./strength";
import { USAGE_CASES } from "./usage";

export const CASES: readonly Case[] = [
    ...GOOD,
    ...NAME_CASES,
    ...CHAIN_CASES,
    ...AUTHORITY_CASES,
    ...DATE_CASES,
    ...USAGE_CASES,
    ...STRENGTH_CASES,
    ...ENCODING_CASES,
];
