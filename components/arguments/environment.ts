import type { ArgumentCheck } from "./argument-check";

/** What a stack is for. */
export enum Environment {
    Production = "Production",
    Development = "Development",
}

/** What the stack is for; production unless it says otherwise. */
export function readEnvironment(check: ArgumentCheck, environment = Environment.Production): Environment {
    check.oneOf("environment", environment, Environment);
    return environment;
}
