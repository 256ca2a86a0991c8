import type { StringAnswer, TxtAnswer, SoaAnswer, MxAnswer, CaaAnswer, SrvAnswer } from "dns-packet";
import type { RecordType } from "./record-set";

/** Records of one name and type. The name of the owner is added when they are served. */
export type RecordData =
    | Pick<StringAnswer, "data">
    | Pick<TxtAnswer, "data">
    | Pick<SoaAnswer, "data">
    | Pick<MxAnswer, "data">
    | Pick<CaaAnswer, "data">
    | Pick<SrvAnswer, "data">;

export interface ServedRecordSet {
    /** Seconds. */
    ttl: number;
    records: RecordData["data"][];
}

/** A zone as it is served. Names are relative, in lower case; `@` is the apex. */
export interface ServedZone {
    /** In lower case, without the dot at the end. */
    name: string;
    names: ReadonlyMap<string, ReadonlyMap<RecordType, ServedRecordSet>>;
}
