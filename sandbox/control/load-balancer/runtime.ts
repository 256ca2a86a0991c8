import * as net from "node:net";

/** Commands of one connection are in one line, and HAProxy reads lines of up to 16 KiB. */
const COMMANDS_PER_LINE = 64;
const ANSWER_MS = 5_000;

/** Error messages of HAProxy (management guide, "set server"). A successful command prints none of these words. */
const ERROR = /no such|unknown|invalid|require|denied|can't|failed/i;

/** The frame of the configuration of a running HAProxy. Undefined if none answers. @param socket for commands */
export async function runningFrame(socket: string): Promise<string | undefined> {
    try {
        return /^description: ?(.*)$/im.exec(await send(socket, "show info"))?.[1];
    } catch {
        return undefined;
    }
}

/** Runs commands in a running HAProxy. @returns whether all succeeded */
export async function runCommands(socket: string, commands: readonly string[]): Promise<boolean> {
    try {
        for (let start = 0; start < commands.length; start += COMMANDS_PER_LINE) {
            const line = commands.slice(start, start + COMMANDS_PER_LINE).join(";");
            if (ERROR.test(await send(socket, line))) return false;
        }
        return true;
    } catch {
        return false;
    }
}

function send(socket: string, line: string): Promise<string> {
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
