import { benchFront } from "./front";

async function main(): Promise<void> {
    await benchFront();
}

main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
