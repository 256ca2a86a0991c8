import { type Report, type VerifyOptions, type VerifyTarget, verifyService } from "../../cli/verify";
import { type Issued, OpensslWorkspace } from "../support/openssl";
import {
    type DnsServerOptions,
    type Records,
    type Running,
    type ServiceOptions,
    redirectToHttps,
    startDns,
    startPlain,
    startService,
} from "./verify-service";

// No sandbox uses these addresses.
export const ADDRESS = "127.0.125.10";
export const ELSEWHERE = "127.0.125.11";
export const HOST = "score.verify.test";
export const FQDN = "iris-x7k2q9.westeurope.azurecontainer.io";
export const KEY = "a-scoring-key-of-this-test-only";
export const DATA = Buffer.from('{"data": [[5.1, 3.5, 1.4, 0.2]]}');

/** The differences from a correct service. */
export interface Scene {
    service?: Partial<ServiceOptions>;
    chain?: string;
    privateKey?: string;
    plain?: Parameters<typeof startPlain>[1];
    zone?: Records;
    zoneOptions?: DnsServerOptions;
    /** Default: the zone's server. */
    resolver?: Records;
    target?: Partial<VerifyTarget>;
    options?: Partial<VerifyOptions>;
}

export const chainOf = (...certificates: Issued[]) => certificates.map(one => one.certificate).join("");
export const goodRecords = (): Records => ({ [HOST]: [["CNAME", FQDN]], [FQDN]: [["A", ADDRESS]] });

/** An authority, a certificate of it for the service, and the servers that a test starts. */
export class Stage {
    readonly workspace = new OpensslWorkspace();
    readonly root = this.workspace.root();
    readonly intermediate = this.workspace.intermediate(this.root);
    readonly leaf = this.workspace.leaf(this.intermediate, [`DNS:${HOST}`]);
    private readonly running: Running[] = [];

    async start(server: Promise<Running>): Promise<Running> {
        this.running.push(await server);
        return server;
    }

    /** Starts a correct service with the differences of the scene, and verifies it. */
    async verify(scene: Scene = {}): Promise<Report> {
        const tls = {
            cert: scene.chain ?? chainOf(this.leaf, this.intermediate),
            key: scene.privateKey ?? this.leaf.key,
        };
        const service = await this.start(startService(ADDRESS, { tls, key: KEY, ...scene.service }));
        const plain = await this.start(startPlain(ADDRESS, scene.plain ?? redirectToHttps));
        const zone = await this.start(startDns(ADDRESS, scene.zone ?? goodRecords(), scene.zoneOptions));
        const resolver =
            scene.resolver && (await this.start(startDns(ELSEWHERE, scene.resolver, { ttl: 42 })));
        return verifyService(
            {
                scoringUri: `https://${HOST}:${service.port}/score`,
                fqdn: FQDN,
                ipAddress: ADDRESS,
                authority: this.root.certificate,
                key: KEY,
                keysExpected: true,
                ...scene.target,
            },
            {
                dnsServer: `${ADDRESS}:${zone.port}`,
                resolver: resolver && `${ELSEWHERE}:${resolver.port}`,
                data: DATA,
                httpPort: plain.port,
                timeoutMs: 5_000,
                ...scene.options,
            },
        );
    }

    /** Stops the started servers. */
    async clear(): Promise<void> {
        await Promise.all(this.running.splice(0).map(one => one.close()));
    }
}
