/** `npm run down`: stops the sandbox and leaves nothing running. What was deployed comes back with the next `up`. */
import { endLike, runScript } from "../run";

void runScript("sandbox/cli.ts", ["down"]).then(endLike, endLike);
