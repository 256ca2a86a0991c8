import type { ArgumentCheck } from "./argument-check";

/** The purpose of a stack. */
export enum Environment {
    /** Serves real clients. `TlsMode.SelfSigned` is refused. */
    Production = "Production",
    /** For experiments. `TlsMode.SelfSigned` is allowed. */
    Development = "Development",
}

/** @param environment the argument; absent means production */
export function readEnvironment(check: ArgumentCheck, environment = Environment.Production): Environment {
    check.oneOf("environment", environment, Environment);
    return environment;
}
