/** `npm run sandbox -- up | status | logs | down | reset`. */
import { endLike, runScript } from "../run";

void runScript("sandbox/cli.ts", process.argv.slice(2)).then(endLike, endLike);
