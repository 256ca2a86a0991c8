import * as path from "node:path";
import { sandboxInstance } from "../../sandbox/instance";
import { installStandIns } from "../../sandbox/providers/install";
import { type Outcome, TestProject } from "../../sandbox/testing/harness";
import { print } from "../report";
import { type Contender, medians } from "../rounds";
import { MODEL_COUNTS, printGrowth } from "./growth";

const ROUNDS = 5;
const WITH_COMPONENT = "with the component";
const BY_HAND = "by hand";
const FOLDERS = { [WITH_COMPONENT]: "with-component", [BY_HAND]: "by-hand" };
/** Component types of this library. They have no counterpart in Azure or Kubernetes, so they are not compared. */
const OWN_TYPES = "azure-secure-inference:";

/** Measures `pulumi preview` of a new stack with its cluster, which needs no running sandbox. */
export async function benchModelsPreview(): Promise<void> {
    const totals: [count: number, seconds: number][] = [];
    for (const count of MODEL_COUNTS) {
        const projects = new Map<string, TestProject>();
        try {
            for (const [name, folder] of Object.entries(FOLDERS))
                projects.set(name, await project(folder, count));
            const declared = new Map<string, Record<string, number>>();
            const contenders = [...projects].map(([name, one]): Contender => ({
                name,
                run: () =>
                    preview(one, outcome => {
                        declared.set(name, countTypes(outcome));
                    }),
            }));
            const figures = await medians(contenders, ROUNDS);
            requireSame(declared.get(WITH_COMPONENT)!, declared.get(BY_HAND)!);
            const name = `pulumi preview of ${count} models, s`;
            print({ name, figures, rival: BY_HAND, target: { atMost: 1.2 } });
            totals.push([count, figures.get(WITH_COMPONENT)!]);
        } finally {
            for (const one of projects.values()) await one.dispose();
        }
    }
    printGrowth("preview, s for each added model", totals);
}

function project(folder: string, count: number): Promise<TestProject> {
    return TestProject.create({
        directory: path.join(__dirname, folder),
        configuration: `config:\n  azure-native:location: westeurope\n  bench-models:models: "${count}"\n`,
        plugins: home => installStandIns(home, sandboxInstance()),
        ownProcesses: true,
    });
}

async function preview(project: TestProject, look: (outcome: Outcome) => void): Promise<number> {
    const started = performance.now();
    const outcome = await project.preview();
    const seconds = (performance.now() - started) / 1000;
    if (!outcome.succeeded) throw new Error(outcome.text);
    look(outcome);
    return seconds;
}

function countTypes({ steps }: Outcome): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { type } of steps) {
        if (!type.startsWith(OWN_TYPES)) counts[type] = (counts[type] ?? 0) + 1;
    }
    return counts;
}

/** The ratio is meaningful only if both programs declare the same resources. */
function requireSame(ours: Record<string, number>, theirs: Record<string, number>): void {
    const differing = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter(
        type => ours[type] !== theirs[type],
    );
    if (differing.length === 0) return;
    const list = differing.map(type => `${type}: ${ours[type] ?? 0} and ${theirs[type] ?? 0}`).join("\n");
    throw new Error(`The component and the program by hand do not declare the same:\n${list}`);
}
