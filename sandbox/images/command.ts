/** Where and with what a command of an image runs when there is no container runtime. */
export interface RunOptions {
    /** The image's files. They are shared, and nothing in them is changed. */
    root: string;
    /** Network namespace, as `ip netns` names it. Default: that of this process. */
    networkNamespace?: string;
    /** Host folders by where they appear inside. */
    mounts?: Record<string, string>;
    /** `uid:gid`. Default: root. */
    user?: string;
    workingFolder?: string;
}

/**
 * The command line that runs `command` on an image's files: its own mounts (an empty `/tmp`, the host's devices and
 * processes), gone with the process. The process keeps its number, so that a signal reaches the command itself.
 */
export function commandInRoot(options: RunOptions, command: readonly string[]): string[] {
    const { root, networkNamespace, mounts = {}, user = "0:0", workingFolder = "/" } = options;
    const script = [
        "set -eu",
        "root=$1 user=$2 folder=$3 count=$4; shift 4",
        // An overlay would do too, but not on every file system.
        'mount --bind "$root" "$root"',
        'mkdir -p "$root/dev" "$root/proc"',
        'mount --rbind /dev "$root/dev"',
        'mount --rbind /proc "$root/proc"',
        'mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"',
        'mount -t tmpfs -o mode=755 tmpfs "$root/run"',
        'while [ "$count" -gt 0 ]; do mkdir -p "$root$2"; mount --bind "$1" "$root$2"; shift 2; count=$((count - 1)); done',
        'exec chroot --userspec "$user" "$root" /bin/sh -c \'cd "$0" && exec "$@"\' "$folder" "$@"',
    ].join("\n");
    const pairs = Object.entries(mounts);
    return [
        ...(networkNamespace ? ["nsenter", `--net=/run/netns/${networkNamespace}`] : []),
        ...["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", script, "sh"],
        ...[root, user, workingFolder, String(pairs.length)],
        ...pairs.flatMap(([inside, outside]) => [outside, inside]),
        ...command,
    ];
}
