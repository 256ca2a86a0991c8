import * as net from "node:net";

/** Commands of one connection share a line, and HAProxy reads lines of up to 16 KiB. */
const COMMANDS_A_LINE = 64;
const ANSWER_MS = 5_000;

/** What HAProxy says instead of doing what it was told (HAProxy management guide, "set server"). */
const REFUSED = /no such|unknown|invalid|require|denied|can't|failed/i;

/** The frame of the configuration that a running HAProxy has; undefined when none answers. @param socket its control socket */
export async function runningFrame(socket: string): Promise<string | undefined> {
    try {
        return /^description: ?(.*)$/im.exec(await ask(socket, "show info"))?.[1];
    } catch {
        return undefined;
    }
}

/** Has a running HAProxy carry out commands. @returns whether it has done all of them */
export async function tell(socket: string, commands: readonly string[]): Promise<boolean> {
    try {
        for (let start = 0; start < commands.length; start += COMMANDS_A_LINE) {
            const line = commands.slice(start, start + COMMANDS_A_LINE).join(";");
            if (REFUSED.test(await ask(socket, line))) return false;
        }
        return true;
    } catch {
        return false;
    }
}

function ask(socket: string, line: string): Promise<string> {
    return new Promise((resolve, reject) => {
        let answer = "";
        const connection = net.connect(socket, () => connection.write(`${line}\n`));
        connection.setEncoding("utf8");
        connection.setTimeout(ANSWER_MS, () => connection.destroy(new Error("HAProxy does not answer.")));
        connection.on("data", (data: string) => (answer += data));
        connection.on("end", () => resolve(answer));
        connection.on("error", reject);
    });
}
