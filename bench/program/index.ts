import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";
import { execa } from "execa";
import { sandboxInstance } from "../../sandbox/instance";
import { installStandIns } from "../../sandbox/providers/install";
import { TestProject } from "../../sandbox/testing/harness";
import { ROOT } from "../../machine/root";
import { print } from "../report";
import { medians } from "../rounds";

const ROUNDS = 7;
const WITH_COMPONENT = "with the component";
const BY_HAND = "by hand";

/** Measures `pulumi preview` of a new stack, which needs no running sandbox. */
export async function benchPreview(): Promise<void> {
    const plugins = (home: string) => installStandIns(home, sandboxInstance());
    const component = await TestProject.create({
        directory: ROOT,
        configuration: await readFile(path.join(ROOT, "stacks", "Pulumi.local.yaml"), "utf8"),
        plugins,
        ownProcesses: true,
    });
    const byHand = await TestProject.create({
        directory: path.join(__dirname, "by-hand"),
        configuration: "config:\n  azure-native:location: westeurope\n",
        plugins,
        ownProcesses: true,
    });
    try {
        const figures = await medians(
            [
                { name: WITH_COMPONENT, run: () => previewSeconds(component) },
                { name: BY_HAND, run: () => previewSeconds(byHand) },
            ],
            ROUNDS,
        );
        print({ name: "pulumi preview, s", figures, rival: BY_HAND, target: { atMost: 1.1 } });
    } finally {
        await component.dispose();
        await byHand.dispose();
    }
}

async function previewSeconds(project: TestProject): Promise<number> {
    const started = performance.now();
    const outcome = await project.preview();
    if (!outcome.succeeded) throw new Error(outcome.text);
    return (performance.now() - started) / 1000;
}

/** Measures time and memory of the TypeScript compiler for a program that imports the built package. */
export async function benchCompiler(): Promise<void> {
    await execa("npm", ["run", "--silent", "build"], { cwd: ROOT });
    const folder = await mkdtemp(path.join(ROOT, "dist", "bench-"));
    try {
        const source = await readFile(path.join(__dirname, "component.ts"), "utf8");
        await writeFile(
            path.join(folder, "component.ts"),
            source.replace("../../components", "../components"),
        );
        const programs = {
            [WITH_COMPONENT]: path.join(folder, "component.ts"),
            [BY_HAND]: path.join(__dirname, "by-hand", "index.ts"),
        };
        const memory = new Map<string, number[]>();
        const figures = await medians(
            Object.entries(programs).map(([name, file]) => ({
                name,
                run: async () => {
                    const seen = await compile(file, folder);
                    memory.set(name, [...(memory.get(name) ?? []), seen.megabytes]);
                    return seen.seconds;
                },
            })),
            ROUNDS,
        );
        print({ name: "tsc, s", figures, rival: BY_HAND, target: { atMost: 1.1 } });
        const largest = new Map([...memory].map(([name, values]) => [name, Math.max(...values)]));
        print({ name: "tsc, MB", figures: largest, rival: BY_HAND, target: { atMost: 1.1 } });
    } finally {
        await rm(folder, { recursive: true });
    }
}

async function compile(file: string, folder: string): Promise<{ seconds: number; megabytes: number }> {
    const project = path.join(folder, "tsconfig.json");
    await writeFile(
        project,
        JSON.stringify({ extends: path.join(ROOT, "tsconfig.json"), include: [], files: [file] }),
    );
    const { stdout } = await execa(
        "npx",
        ["--no-install", "tsc", "--project", project, "--extendedDiagnostics"],
        {
            cwd: ROOT,
        },
    );
    const figure = (name: string) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, "m").exec(stdout)?.[1]);
    return { seconds: figure("Total time"), megabytes: figure("Memory used") / 1024 };
}
