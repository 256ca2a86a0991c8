import ora from "ora";

/** Shows a detail of a long step, e.g. how many packages have been compiled. */
export type Report = (detail: string) => void;

/** Interval of the lines that show that a step still runs, where no terminal shows a spinner. */
const REMINDER_MS = 15_000;

/** The report of the step that is shown at the moment. */
let current: Report | undefined;

/**
 * Runs a step that may take long, and shows its progress on standard error. On a terminal this is a spinner; otherwise
 * it is a line at the start, lines with the elapsed seconds, and a line at the end. A step inside
 * another step is shown as a detail of the outer one.
 * @example await withProgress("Building the Pulumi engine", report => build(report))
 */
export async function withProgress<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
    if (current) {
        const outer = current;
        outer(title);
        return work(detail => outer(`${title}: ${detail}`));
    }
    const started = Date.now();
    const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
    // The spinner always has colours, so lines are shown instead if NO_COLOR is set.
    const display = process.stderr.isTTY && !process.env.NO_COLOR ? spinner(title) : lines(title, seconds);
    current = display.report;
    try {
        const result = await work(display.report);
        display.end(true, `${title} (${seconds()})`);
        return result;
    } catch (error) {
        display.end(false, `${title}: failed after ${seconds()}`);
        throw error;
    } finally {
        current = undefined;
    }
}

interface Display {
    report: Report;
    end(succeeded: boolean, text: string): void;
}

function spinner(title: string): Display {
    const show = ora(title).start();
    return {
        report: detail => (show.text = `${title}: ${detail}`),
        end: (succeeded, text) => (succeeded ? show.succeed(text) : show.fail(text)),
    };
}

function lines(title: string, seconds: () => string): Display {
    let latest = "";
    console.error(`${title} …`);
    const reminder = setInterval(
        () => console.error(`${title}: ${latest && `${latest}, `}${seconds()} so far`),
        REMINDER_MS,
    );
    reminder.unref();
    return {
        report: detail => (latest = detail),
        end: (_, text) => {
            clearInterval(reminder);
            console.error(text);
        },
    };
}
