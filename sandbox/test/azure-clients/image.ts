import { createHash } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { chmod, mkdir, rm, symlink } from "node:fs/promises";
import * as path from "node:path";
import { createLayer, packImage } from "../../node/archive";
import { cached } from "../../../machine/cache";
import { debianPackages } from "../../../machine/debian";

export const BUSYBOX_IMAGE = "localhost/busybox:test";

/** The archive of an image that contains busybox with a shell and a web server. */
export async function busyboxArchive(): Promise<string> {
    const tree = await debianPackages(["busybox-static"]);
    const busybox = tree.path("bin/busybox");
    const digest = createHash("sha256").update(readFileSync(busybox)).digest("hex").slice(0, 16);
    const folder = await cached(path.join("images", `busybox-${digest}`), async target => {
        const root = path.join(target, "root");
        await mkdir(path.join(root, "bin"), { recursive: true });
        await mkdir(path.join(root, "tmp"));
        copyFileSync(busybox, path.join(root, "bin", "busybox"));
        await chmod(path.join(root, "bin", "busybox"), 0o755);
        for (const applet of ["sh", "httpd", "cat", "echo", "env", "sleep", "mkdir"]) {
            await symlink("busybox", path.join(root, "bin", applet));
        }
        await createLayer(target, "--directory", root, ".");
        await rm(root, { recursive: true });
        await packImage(target, BUSYBOX_IMAGE, { Env: ["PATH=/bin"], Cmd: ["/bin/sh"] });
    });
    return path.join(folder, "image.tar");
}
