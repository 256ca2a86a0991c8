/**
 * The password of a PFX file: from the environment, because arguments are there for everybody on the machine to read.
 *
 * @param variable of `--pfx-password-env`
 * @throws Error with one line when there is no such variable
 */
export function passwordOf(variable: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
    if (variable === undefined) return undefined;
    const password = environment[variable];
    if (password === undefined) {
        throw new Error(`The environment variable ${variable} of --pfx-password-env is not set.`);
    }
    return password;
}
