/**
 * Reads a secret from an environment variable. Every user of the machine can see arguments, so secrets must not be arguments.
 *
 * @param option the option that named the variable, for messages
 * @throws Error with one line if the variable is not set
 */
export function readSecretVariable(option: string, variable: string, environment: NodeJS.ProcessEnv): string {
    const value = environment[variable];
    if (value !== undefined) return value;
    // A value that does not look like a name may be the secret itself. The message does not repeat it.
    if (/^[A-Z][A-Z0-9_]*$/.test(variable)) {
        throw new Error(`${option}: the environment variable ${variable} is not set.`);
    }
    throw new Error(
        `${option}: no environment variable has this name. Give the name of a variable, not its value.`,
    );
}
