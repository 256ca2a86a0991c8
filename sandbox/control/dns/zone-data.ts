import type { StringAnswer, TxtAnswer, SoaAnswer, MxAnswer, CaaAnswer, SrvAnswer } from "dns-packet";
import type { RecordType } from "./record-set";

/** The data of one record, without its name, type and TTL. */
export type RecordData =
    | Pick<StringAnswer, "data">
    | Pick<TxtAnswer, "data">
    | Pick<SoaAnswer, "data">
    | Pick<MxAnswer, "data">
    | Pick<CaaAnswer, "data">
    | Pick<SrvAnswer, "data">;

/** The records of one name and type. */
export interface ServedRecordSet {
    /** Seconds. */
    ttl: number;
    records: RecordData["data"][];
}

/** A zone of the DNS server. */
export interface ServedZone {
    /** In lower case, without the trailing dot. */
    name: string;
    /** Record sets by name and type. Names are relative and in lower case; `@` is the apex. */
    names: ReadonlyMap<string, ReadonlyMap<RecordType, ServedRecordSet>>;
}
