/** The codes of faults of an encoding. Each is also the code of a finding. */
export type EncodingCode =
    | "malformed-time"
    | "malformed-constraints"
    | "algorithm-mismatch"
    | "malformed-key"
    | "malformed-alternative-name"
    | "malformed-name"
    | "malformed-extension"
    | "duplicate-extension"
    | "version-mismatch"
    | "not-der"
    | "trailing-data";

/** A deviation of a certificate's encoding from DER (X.690) or from RFC 5280. */
export interface EncodingFault {
    code: EncodingCode;
    /** A clause without a full stop, e.g. `notAfter has fractions of a second`. Contains no more of the certificate than names. */
    what: string;
    /** `error`: OpenSSL or several other clients refuse it. */
    severity: "error" | "warning";
}

/** Adds a fault to the list of a certificate. Default severity: `warning`. */
export type ReportFault = (code: EncodingCode, what: string, severity?: EncodingFault["severity"]) => void;
