import * as path from "node:path";
import {
    CERTIFICATE_FILE,
    type FrontModel,
    frontFiles,
    renderFront,
    SECRET_FOLDER,
    UNPRIVILEGED_HTTPS_PORT,
} from "../../components/front";

/** The ports of the servers in the namespace. The front has the same ports as on Azure. */
export const PORTS = {
    ...{ front: 443, "bare HAProxy": 7443, nginx: 9443, Caddy: 10443 },
    "pod's front with its hop": UNPRIVILEGED_HTTPS_PORT,
} as const;
export type Server = keyof typeof PORTS;

/** The servers that are compared with each other, in the order in which they start and are measured. */
export const SERVERS = ["front", "bare HAProxy", "nginx", "Caddy"] as const;
/** The front of a pod has a rival of its own. */
export const HOP_SERVERS = ["pod's front with its hop", "bare HAProxy"] as const;

/** In the file system of the image. */
export const CERTIFICATE_PATH = `${SECRET_FOLDER}/${CERTIFICATE_FILE}`;

export const BACKEND_PORT = 5001;
const BODY = '{"predictions": [0, 1, 2]}';

/** Takes the place of the model. It answers at once, so that the front is the bottleneck. */
export function backendConfiguration(): string {
    return `
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend model
    bind 127.0.0.1:${BACKEND_PORT}
    http-request return status 200 content-type application/json string "${BODY.replaceAll('"', '\\"')}"
`;
}

const TLS = { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000 } as const;

/** A concurrency limit that the load does not reach. */
const MODEL: FrontModel = {
    name: "iris",
    host: "127.0.0.1",
    port: BACKEND_PORT,
    healthPath: "/",
    maxConcurrentRequests: 1000,
    maxQueueWaitMs: 5000,
    scoringTimeoutMs: 60_000,
    maxBodyBytes: 10 << 20,
    keysRequired: false,
};

/** The front as the component renders it. */
export function frontConfiguration(): string {
    return renderFront({ tls: TLS, model: MODEL });
}

/**
 * The files of the front of a pod that owns the queue, so that each request passes its process twice, as it passes two fronts in a
 * cluster. DNS is not part of the measure: the only front is at a fixed address.
 */
export function podFrontFiles(): Record<string, string> {
    const files = frontFiles({
        tls: TLS,
        models: [MODEL],
        fronts: { host: "fronts.bench.test", most: 1, dnsDelaySeconds: 1 },
    });
    const configuration = files["haproxy.cfg"]!.replace(
        /fronts\.bench\.test:(\d+) resolvers cluster resolve-prefer ipv4 init-addr none/,
        "127.0.0.1:$1",
    );
    return { ...files, "haproxy.cfg": configuration };
}

/** Ten lines that terminate TLS and forward requests: a minimal configuration. */
export function bareConfiguration(certificate: string): string {
    return `
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend https
    bind *:${PORTS["bare HAProxy"]} ssl crt ${certificate} alpn h2,http/1.1
    default_backend model
backend model
    server replica 127.0.0.1:${BACKEND_PORT}
`;
}

export function nginxConfiguration(folder: string, certificate: string): string {
    return `
daemon off;
pid ${path.join(folder, "nginx.pid")};
error_log stderr crit;
worker_processes 1;
worker_rlimit_nofile 8192;
events { worker_connections 4096; }
http {
    access_log off;
    client_body_temp_path ${folder}/body;
    proxy_temp_path ${folder}/proxy;
    fastcgi_temp_path ${folder}/fastcgi;
    uwsgi_temp_path ${folder}/uwsgi;
    scgi_temp_path ${folder}/scgi;
    keepalive_requests 1000000;
    upstream model { server 127.0.0.1:${BACKEND_PORT}; keepalive 64; keepalive_requests 1000000; }
    server {
        listen ${PORTS.nginx} ssl http2;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_cache shared:bench:10m;
        ssl_certificate ${certificate};
        ssl_certificate_key ${certificate};
        location / {
            proxy_pass http://model;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }
    }
}
`;
}

export function caddyConfiguration(certificate: string): string {
    return `
{
    admin off
    auto_https off
}
https://bench.test:${PORTS.Caddy}, https://127.0.0.1:${PORTS.Caddy} {
    tls ${certificate} ${certificate}
    reverse_proxy 127.0.0.1:${BACKEND_PORT}
}
`;
}
