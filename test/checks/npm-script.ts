import { execa } from "execa";
import { ROOT } from "../../tools/root";

/** Runs a script of package.json. Returns what it says when it fails, nothing otherwise. */
export async function npmScript(name: string): Promise<string> {
    const { all, failed } = await execa("npm", ["run", "--silent", name], {
        cwd: ROOT,
        env: { NO_COLOR: "1" },
        reject: false,
        all: true,
    });
    return failed ? all || `npm run ${name} failed` : "";
}
