import ora from "ora";

/** Tells what a long step is doing at the moment, e.g. the package that is being compiled. */
export type Report = (detail: string) => void;

/** How often a step says that it still runs where no terminal shows a spinner. */
const REMINDER_MS = 15_000;

let shown: Report | undefined;

/**
 * Runs one step that may take long and shows that it runs, on standard error: a spinner on a terminal, otherwise
 * a line when it starts, reminders with the seconds passed, and a line when it has ended. A step inside of a
 * step is shown as a detail of the outer one.
 * @example await withProgress("Building the Pulumi engine", report => build(report))
 */
export async function withProgress<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
    if (shown) {
        const outer = shown;
        outer(title);
        return work(detail => outer(`${title}: ${detail}`));
    }
    const started = Date.now();
    const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
    // The spinner's symbols are always coloured, so whoever wants no colour gets lines.
    const display = process.stderr.isTTY && !process.env.NO_COLOR ? spinner(title) : lines(title, seconds);
    shown = display.report;
    try {
        const result = await work(display.report);
        display.end(true, `${title} (${seconds()})`);
        return result;
    } catch (error) {
        display.end(false, `${title}: failed after ${seconds()}`);
        throw error;
    } finally {
        shown = undefined;
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
