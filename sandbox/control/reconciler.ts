/** What could not be done is tried again this much later. */
const RETRY_MS = 1_000;

/**
 * Does work whenever something has changed: once for many changes, never twice at a time, and again later where it failed.
 */
export class Reconciler {
    private working = false;
    private dirty = false;
    private timer: NodeJS.Timeout | undefined;
    private closed = false;

    /** @param work brings what is there in line with what is wanted */
    constructor(private readonly work: () => Promise<unknown>) {}

    /** Soon after this call things are as they are to be. */
    changed(): void {
        this.dirty = true;
        if (this.working || this.closed) return;
        this.working = true;
        void this.run();
    }

    close(): void {
        this.closed = true;
        clearTimeout(this.timer);
    }

    private async run(): Promise<void> {
        while (this.dirty && !this.closed) {
            this.dirty = false;
            try {
                await this.work();
            } catch (error) {
                this.retry(error);
            }
        }
        this.working = false;
    }

    private retry(error: unknown): void {
        // An object that has changed meanwhile is looked at again anyway.
        if ((error as { code?: unknown }).code !== 409) console.error(error);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.changed(), RETRY_MS);
        this.timer.unref();
    }
}
