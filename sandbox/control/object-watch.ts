import { type KubeConfig, type KubernetesObject, makeInformer } from "@kubernetes/client-node";

/** After an error the watch is taken up again this much later. */
const RETRY_MS = 500;

type List<Item extends KubernetesObject> = Parameters<typeof makeInformer<Item>>[2];

/** Objects of one kind as Kubernetes has them now. Lives through restarts of the API server. */
export class ObjectWatch<Item extends KubernetesObject> {
    private readonly informer;
    private readonly listeners = new Set<() => void>();
    private readonly known: Promise<void>;
    private learn: () => void = () => undefined;
    private failed = false;
    private timer: NodeJS.Timeout | undefined;
    private closed = false;

    /** @param path of the collection below the API server @param list asks for all that `labelSelector` selects */
    constructor(config: KubeConfig, path: string, list: List<Item>, labelSelector?: string) {
        this.known = new Promise(resolve => (this.learn = resolve));
        this.informer = makeInformer<Item>(config, path, list, labelSelector);
        const changed = () => this.listeners.forEach(listener => listener());
        for (const verb of ["add", "update", "delete"] as const) this.informer.on(verb, changed);
        this.informer.on("connect", changed);
        this.informer.on("error", () => this.retry());
    }

    /** Ends when the objects are known. */
    start(): Promise<void> {
        void this.connect();
        return this.known;
    }

    async close(): Promise<void> {
        this.closed = true;
        clearTimeout(this.timer);
        await this.informer.stop();
    }

    /** @returns how to end it */
    onChange(listener: () => void): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    all(): readonly Item[] {
        return this.informer.list();
    }

    private async connect(): Promise<void> {
        this.failed = false;
        // The informer tells of a list that failed by its event alone, and starts as if it had not.
        await this.informer.start().catch(() => this.retry());
        if (!this.failed) this.learn();
    }

    private retry(): void {
        this.failed = true;
        if (this.closed || this.timer !== undefined) return;
        this.timer = setTimeout(() => {
            this.timer = undefined;
            void this.connect();
        }, RETRY_MS);
        this.timer.unref();
    }
}
