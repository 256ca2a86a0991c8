import type { ArgumentCheck } from "./argument-check";

/** What a stack is for. */
export enum Environment {
    /** What people rely on. */
    Production = "Production",
    /** For trying things out: `TlsMode.SelfSigned` is allowed. */
    Development = "Development",
}

/** What the stack is for; production unless it says otherwise. */
export function readEnvironment(check: ArgumentCheck, environment = Environment.Production): Environment {
    check.oneOf("environment", environment, Environment);
    return environment;
}
