/** Delay before failed work is repeated. */
const RETRY_MS = 1_000;

/**
 * Runs a reconciliation after changes. Runs never overlap, changes during a run cause one more run, and a failed run is
 * repeated.
 */
export class Reconciler {
    private working = false;
    private dirty = false;
    private timer: NodeJS.Timeout | undefined;
    private closed = false;

    /** @param reconcile brings the actual state in line with the desired state */
    constructor(private readonly reconcile: () => Promise<unknown>) {}

    /** Requests a run, and returns before it. */
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
                await this.reconcile();
            } catch (error) {
                this.retry(error);
            }
        }
        this.working = false;
    }

    private retry(error: unknown): void {
        // 409: the object has changed since it was read. The retry reads it again.
        if ((error as { code?: unknown }).code !== 409) console.error(error);
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.changed(), RETRY_MS);
        this.timer.unref();
    }
}
