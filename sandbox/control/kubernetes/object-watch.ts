import { type KubeConfig, type KubernetesObject, makeInformer } from "@kubernetes/client-node";

/** Delay before the watch connects again after an error. */
const RETRY_MS = 500;

type List<Item extends KubernetesObject> = Parameters<typeof makeInformer<Item>>[2];

/** The current Kubernetes objects of one kind, from a list and a watch. Connects again when the API server restarts. */
export class ObjectWatch<Item extends KubernetesObject> {
    private readonly informer;
    private readonly listeners = new Set<() => void>();
    private readonly firstList: Promise<void>;
    private resolveFirstList: () => void = () => undefined;
    private failed = false;
    private timer: NodeJS.Timeout | undefined;
    private closed = false;

    /** @param path URL path of the collection @param list requests all objects that `labelSelector` selects */
    constructor(config: KubeConfig, path: string, list: List<Item>, labelSelector?: string) {
        this.firstList = new Promise(resolve => (this.resolveFirstList = resolve));
        this.informer = makeInformer<Item>(config, path, list, labelSelector);
        const notify = () => this.listeners.forEach(listener => listener());
        for (const verb of ["add", "update", "delete"] as const) this.informer.on(verb, notify);
        this.informer.on("connect", notify);
        this.informer.on("error", () => this.retry());
    }

    /** Resolves after the first list: from then on `all` is complete. */
    start(): Promise<void> {
        void this.connect();
        return this.firstList;
    }

    async close(): Promise<void> {
        this.closed = true;
        clearTimeout(this.timer);
        await this.informer.stop();
    }

    /** @returns a function that removes the listener */
    onChange(listener: () => void): () => void {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
    }

    all(): readonly Item[] {
        return this.informer.list();
    }

    private async connect(): Promise<void> {
        this.failed = false;
        // The informer reports a failed list only through its "error" event; `start` resolves anyway.
        await this.informer.start().catch(() => this.retry());
        if (!this.failed) this.resolveFirstList();
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
