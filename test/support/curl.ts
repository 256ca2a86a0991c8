import { execa } from "execa";

export interface Answer {
    status: number;
    headers: string;
    body: string;
}

export interface CurlOptions {
    /** The address to connect to instead of looking the host name up. */
    address: string;
    /** File with the authorities to trust; absent: any certificate is accepted. */
    authorityFile?: string;
}

/** One request by curl to ports 443 and 80 of an address. */
export async function curl(
    url: string,
    { address, authorityFile }: CurlOptions,
    ...args: readonly string[]
): Promise<Answer> {
    const { hostname } = new URL(url);
    const resolve = ["443", "80"].flatMap(port => ["--resolve", `${hostname}:${port}:${address}`]);
    const trust = authorityFile === undefined ? ["--insecure"] : ["--cacert", authorityFile];
    const { stdout } = await execa("curl", ["-sS", "-i", ...trust, ...resolve, ...args, url]);
    const [headers = "", ...body] = stdout.split("\r\n\r\n");
    const status = Number(/^HTTP\/\S+ (\d+)/.exec(headers)?.[1]);
    return { status, headers, body: body.join("\r\n\r\n") };
}
