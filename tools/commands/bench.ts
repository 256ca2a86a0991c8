/** `npm run bench`. */
import { endLike, runScript } from "../run";

void runScript("bench/index.ts", process.argv.slice(2)).then(endLike, endLike);
