/**
 * A secret from the environment, because arguments are there for everybody on the machine to read.
 *
 * @param option that named the variable
 * @throws Error with one line when there is no such variable
 */
export function readVariable(option: string, variable: string, environment: NodeJS.ProcessEnv): string {
    const value = environment[variable];
    if (value !== undefined) return value;
    // Anything else may be the secret itself, given by mistake.
    if (/^[A-Z][A-Z0-9_]*$/.test(variable)) {
        throw new Error(`The environment variable ${variable} of ${option} is not set.`);
    }
    throw new Error(`${option} names no variable that is set; give the name of one, not its value.`);
}
