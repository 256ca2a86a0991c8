import { type Element, Tag } from "./der/element";

const FORMS = {
    /** A year of two digits from 1950 to 2049 (RFC 5280, 4.1.2.5.1). */
    [Tag.UTC_TIME]: /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(?:Z|[+-]\d{4})?$/,
    [Tag.GENERALIZED_TIME]: /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d{4})?$/,
};
/** The only forms that RFC 5280, 4.1.2.5 permits: with seconds, without fractions, in UTC. */
const PERMITTED = {
    [Tag.UTC_TIME]: /^\d{12}Z$/,
    [Tag.GENERALIZED_TIME]: /^\d{14}Z$/,
};

/** Reads a time, also in forms that RFC 5280 forbids. A time zone is ignored. Returns undefined when it is not a date. */
export function readTime({ tag, contents }: Element): Date | undefined {
    if (!isTime(tag)) return undefined;
    const match = FORMS[tag].exec(contents.toString("latin1"));
    if (!match) return undefined;
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
        .slice(1)
        .map(digits => Number(digits ?? 0));
    const century = tag === Tag.GENERALIZED_TIME ? 0 : year < 50 ? 2000 : 1900;
    const date = new Date(0);
    date.setUTCFullYear(century + year, month - 1, day);
    date.setUTCHours(hour, minute, second);
    const isCalendarDay = date.getUTCMonth() === month - 1 && hour < 24 && minute < 60 && second < 60;
    return isCalendarDay ? date : undefined;
}

/** What is wrong with the encoding of a time; undefined when RFC 5280 permits it. */
export function timeProblem(element: Element): string | undefined {
    const { tag, contents } = element;
    if (!isTime(tag)) return "is neither UTCTime nor GeneralizedTime";
    const text = contents.toString("latin1");
    if (!readTime(element)) return "is not a date";
    if (PERMITTED[tag].test(text)) return undefined;
    if (/[.,]/.test(text)) return "has fractions of a second";
    return text.endsWith("Z") ? "has no seconds" : "is not in UTC";
}

function isTime(tag: number): tag is keyof typeof FORMS {
    return tag === Tag.UTC_TIME || tag === Tag.GENERALIZED_TIME;
}
