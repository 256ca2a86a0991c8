import { hasDebianPackages } from "../../machine/debian";
import { programOnPath } from "../node/program-path";

/** Why this machine cannot run programs from the images; undefined when it can. */
export const CANNOT_RUN =
    process.platform !== "linux" || process.getuid?.() !== 0
        ? "needs Linux and root"
        : !hasDebianPackages()
          ? "needs packages of Debian"
          : process.env.TEST_NEEDS === "aws-lc" && !programOnPath("cargo")
            ? "needs cargo"
            : undefined;

/** The title of a suite, with the reason why it is skipped. */
export function titled(title: string): string {
    return CANNOT_RUN === undefined ? title : `${title} (${CANNOT_RUN})`;
}
