/**
 * The engine that is downloaded or built when there is none. `module/go.mod` requires the same version.
 */
export const PINNED_VERSION = "3.259.0";

/**
 * The oldest engine that will do. The components need resource hooks that also run at preview (3.182), hidden diffs
 * (3.205) and replacement triggers (3.215); the engine should also not be older than the locked Node SDK, whose
 * newest features it would refuse.
 */
export const MINIMUM_VERSION = "3.248.0";
