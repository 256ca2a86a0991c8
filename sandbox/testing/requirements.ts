import { hasDebianPackages } from "../../machine/debian";

/** Why this machine cannot run programs from the images; undefined when it can. */
export const CANNOT_RUN =
    process.platform !== "linux" || process.getuid?.() !== 0
        ? "needs Linux and root"
        : hasDebianPackages()
          ? undefined
          : "needs packages of Debian";

/** The title of a suite, with the reason why it is skipped. */
export function titled(title: string): string {
    return CANNOT_RUN === undefined ? title : `${title} (${CANNOT_RUN})`;
}
