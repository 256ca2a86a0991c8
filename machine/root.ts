import * as path from "node:path";

/** The root folder of this checkout. */
export const ROOT = path.resolve(__dirname, "..");

/** npm's list of the installed packages with their versions and checksums. For digests of bundles that contain packages. */
export const INSTALLED_PACKAGES = path.join(ROOT, "node_modules", ".package-lock.json");

/** A request that the sample model of examples/iris understands, relative to ROOT. */
export const SAMPLE_REQUEST = path.join("examples", "iris", "sample-request.json");
