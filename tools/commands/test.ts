/** `npm test`: types, style and every test. Arguments go to the test runner, e.g. `npm test -- test/unit`. */
import { endLike, runInteractively } from "../run";

void runInteractively("npx", ["--no-install", "vitest", "run", ...process.argv.slice(2)]).then(
    endLike,
    endLike,
);
