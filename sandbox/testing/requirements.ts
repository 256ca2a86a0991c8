import { hasDebianPackages } from "../../machine/debian";

/** Why this machine cannot run programs from the images; undefined when it can. */
export const CANNOT_RUN =
    process.platform !== "linux" || process.getuid?.() !== 0
        ? "needs Linux and root"
        : hasDebianPackages()
          ? undefined
          : "needs packages of Debian";
