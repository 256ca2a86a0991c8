/** Which requests the front logs. */
export enum AccessLog {
    /** Every request, and every connection that failed before one. */
    All = "all",
    /** Requests with a status of at least 400, and requests and connections that ended early. */
    Errors = "errors",
    /** None. */
    Off = "off",
}
