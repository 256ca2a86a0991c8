import type * as http from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { ArmError } from "../control/arm/errors";
import { containerGroupHidden, containerGroupProperties } from "../control/container-groups/model";
import { type ContainerGroupRunner, RecordingRunner } from "../control/container-groups/runner";
import type { Resource } from "../control/state/resource";

/** Images of the model container. The image decides how a group behaves. */
export const HEALTHY_IMAGE = "localhost/iris:1";
export const NEXT_IMAGE = "localhost/iris:2";
export const ILL_IMAGE = "localhost/ill:1";
export const MISSING_IMAGE = "localhost/missing:1";
/** The start of its group takes `SLOW_MS`, so that a test can interrupt the update. */
export const SLOW_IMAGE = "localhost/slow:1";
const SLOW_MS = 6_000;

/** Runs only the front of each container group: a TLS server on the group's address with the group's certificate. */
export class ServedGroups implements ContainerGroupRunner {
    /** `start <group>` and `stop <group>`, in order. */
    readonly log: string[] = [];
    /** When a group was last stopped, in milliseconds since 1970. */
    lastStop = 0;
    /** The certificate and key that a front with an issuer finds in its store when it starts. Absent: the store is empty or unreadable. */
    stored?: string;
    private readonly recorded = new RecordingRunner();
    private readonly fronts = new Map<string, http.Server>();

    async run(group: Resource): Promise<void> {
        this.log.push(`start ${group.name}`);
        this.close(group.id);
        const { containers = [], volumes = [] } = containerGroupProperties.parse(group.properties);
        const image = containers.find(({ name }) => name !== "front")?.properties.image;
        if (image === MISSING_IMAGE)
            throw new ArmError(400, "InaccessibleImage", `The image '${image}' is not accessible.`);
        if (image === SLOW_IMAGE) await new Promise(resolve => setTimeout(resolve, SLOW_MS));
        const { ip } = containerGroupHidden.parse(group.hidden);
        const own = Buffer.from(volumes[0]?.secret?.["certificate.pem"] ?? "", "base64").toString();
        const hasIssuer = containers.some(({ name }) => name === "issuer");
        const pem = (hasIssuer ? this.stored : undefined) ?? own;
        const isPending = hasIssuer && pem === own;
        const front = createServer({ cert: pem, key: pem }, (_request, response) => {
            const status = isPending || image === ILL_IMAGE ? 503 : 200;
            const code = isPending ? "CertificatePending" : "ServiceUnavailable";
            response.writeHead(status, { "content-type": "application/json" });
            response.end(status === 200 ? "Healthy" : JSON.stringify({ error: { code } }));
        });
        await new Promise<void>((resolve, reject) => {
            front.once("error", reject);
            front.listen({ host: ip, port: 443 }, resolve);
        });
        this.fronts.set(group.id, front);
    }

    stop(group: Resource): Promise<void> {
        this.log.push(`stop ${group.name}`);
        this.lastStop = Date.now();
        this.close(group.id);
        return Promise.resolve();
    }

    view(group: Resource) {
        return this.recorded.view(group);
    }

    logs() {
        return this.recorded.logs();
    }

    /** Addresses of the running fronts. */
    answering(): string[] {
        return [...this.fronts.values()].map(front => (front.address() as AddressInfo).address);
    }

    private close(id: string): void {
        const front = this.fronts.get(id);
        front?.close();
        front?.closeAllConnections();
        this.fronts.delete(id);
    }
}
