/** The version of the engine that is downloaded or built. `module/go.mod` requires the same version. */
export const PINNED_VERSION = "3.259.0";

/**
 * The oldest supported version of an engine on PATH. The components need resource hooks that also run at preview
 * (3.182), hidden diffs (3.205) and replacement triggers (3.215). In addition, the engine must not be older than the
 * locked Node SDK, because it refuses features of a newer SDK.
 */
export const MINIMUM_VERSION = "3.248.0";
