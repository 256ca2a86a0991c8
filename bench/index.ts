/** `npm run bench` runs all benches, `npm run bench -- front` one of them. */
import { benchFront } from "./front";
import { benchPrices } from "./front/prices";
import { benchModels } from "./models";
import { benchCompiler, benchPreview } from "./program";
import { benchSandbox } from "./sandbox";

const BENCHES: Record<string, () => Promise<void>> = {
    front: benchFront,
    prices: benchPrices,
    preview: benchPreview,
    compiler: benchCompiler,
    models: benchModels,
    sandbox: benchSandbox,
};

async function main(names: readonly string[]): Promise<void> {
    const unknown = names.filter(name => !(name in BENCHES));
    if (unknown.length > 0) {
        throw new Error(
            `There is no bench ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}.`,
        );
    }
    for (const [name, bench] of Object.entries(BENCHES)) {
        if (names.length === 0 || names.includes(name)) await bench();
    }
}

main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
