/** Verifies a front from inside its network namespace and prints the report. Arguments: host name, file of the authority. */
import { readFileSync } from "node:fs";
import { verifyService } from "../../cli/verify";
import { startDns } from "./verify-service";

async function main(host: string, authority: string): Promise<void> {
    const dns = await startDns("127.0.0.1", { [host]: [["A", "127.0.0.1"]] });
    const report = await verifyService(
        { scoringUri: `https://${host}/score`, key: process.env.SCORING_KEY, keysExpected: true },
        {
            dnsServer: `127.0.0.1:${dns.port}`,
            authorities: [readFileSync(authority, "utf8")],
            data: Buffer.from('{"data": [[5.1, 3.5, 1.4, 0.2]]}'),
        },
    );
    console.log(JSON.stringify(report));
    await dns.close();
}

const [host = "", authority = ""] = process.argv.slice(2);
void main(host, authority);
