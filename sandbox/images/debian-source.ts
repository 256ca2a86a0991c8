import { readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { debianPackages } from "../../machine/debian";

/**
 * Unpacks the upstream source of a Debian package into `folder`, without the folder at the top of its archive. apt verifies
 * its checksum and the signature of the suite. The package sources of the system are neither used nor changed.
 * @param suite e.g. `trixie`
 */
export async function unpackDebianSource(suite: string, name: string, folder: string): Promise<void> {
    const keyring = await debianPackages(["debian-archive-keyring"]);
    const signedBy = keyring.path("usr/share/keyrings/debian-archive-keyring.gpg");
    const downloads = await mkdtemp(path.join(os.tmpdir(), "debian-source-"));
    try {
        const sources = path.join(downloads, "sources.list");
        const lists = path.join(downloads, "lists");
        await mkdir(path.join(lists, "partial"), { recursive: true });
        await writeFile(
            sources,
            `deb-src [signed-by=${signedBy}] http://deb.debian.org/debian ${suite} main\n`,
        );
        const options = {
            "APT::Sandbox::User": "",
            "Debug::NoLocking": "1",
            "Dir::Etc::sourcelist": sources,
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::lists": lists,
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
        };
        const common = Object.entries(options).flatMap(([option, value]) => ["-o", `${option}=${value}`]);
        const apt = (...command: string[]) =>
            execa("apt-get", [...common, "-qq", ...command], { cwd: downloads, stdin: "ignore" });
        await apt("update");
        await apt("source", "--download-only", "--tar-only", name);
        const archive = readdirSync(downloads).find(file => file.includes(".orig.tar"));
        if (archive === undefined) throw new Error(`${name}: Debian ${suite} has no source archive.`);
        await mkdir(folder);
        await execa("tar", [
            ...["--extract", "--strip-components=1", "--file", path.join(downloads, archive)],
            ...["--directory", folder],
        ]);
    } finally {
        await rm(downloads, { recursive: true, force: true });
    }
}
