import * as path from "node:path";
import { renderFront } from "../../components/front";

/** The ports of the servers in the namespace. The front has the same ports as on Azure. */
export const PORTS = { front: 443, "bare HAProxy": 8443, nginx: 9443, Caddy: 10443 } as const;
export type Server = keyof typeof PORTS;
/** In the order in which they start and are measured. */
export const SERVERS = Object.keys(PORTS) as Server[];

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

/** The front as the component renders it, with a concurrency limit that the load does not reach. */
export function frontConfiguration(): string {
    return renderFront({
        tls: { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000 },
        model: {
            name: "iris",
            host: "127.0.0.1",
            port: BACKEND_PORT,
            healthPath: "/",
            maxConcurrentRequests: 1000,
            maxQueueWaitMs: 5000,
            scoringTimeoutMs: 60_000,
            maxBodyBytes: 10 << 20,
            keysRequired: false,
        },
    });
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
