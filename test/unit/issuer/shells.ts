import { debianPackages } from "../../../machine/debian";

/** The shells that the scripts support: that of the official lego image, and that of Debian. */
export const SHELLS = ["busybox", "dash"] as const;
export type Shell = (typeof SHELLS)[number];

/** The command that starts a shell. Throws where the shell cannot be installed. */
export async function shellCommand(shell: Shell): Promise<[program: string, ...args: string[]]> {
    const tree = await debianPackages(["busybox", "dash"]);
    return shell === "busybox" ? [tree.path("bin/busybox"), "sh"] : [tree.path("bin/dash")];
}
