import * as path from "node:path";

/** How to run a command of an image without a container runtime. */
export interface RunOptions {
    /** The root file system of the image. It is shared by several processes and not changed. */
    root: string;
    /** Name of a network namespace of `ip netns`. @default the network namespace of this process */
    networkNamespace?: string;
    /** Folders of the host, by their path inside of the root. */
    mounts?: Record<string, string>;
    /** `uid:gid`. @default root */
    user?: string;
    /** @default "/" */
    workingFolder?: string;
}

/** The command line that runs `command` in the root file system of an image; see run-in-root.sh. */
export function commandInRoot(options: RunOptions, command: readonly string[]): string[] {
    const { root, networkNamespace, mounts = {}, user = "0:0", workingFolder = "/" } = options;
    const pairs = Object.entries(mounts);
    return [
        ...(networkNamespace ? ["nsenter", `--net=/run/netns/${networkNamespace}`] : []),
        ...["unshare", "--mount", "--propagation", "private"],
        ...["/bin/sh", path.join(__dirname, "run-in-root.sh")],
        ...[root, user, workingFolder, String(pairs.length)],
        ...pairs.flatMap(([inside, outside]) => [outside, inside]),
        ...command,
    ];
}
