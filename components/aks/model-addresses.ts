import * as pulumi from "@pulumi/pulumi";
import type { AddressSettings } from "../address/address";
import { TlsMode } from "../certificate/tls-arguments";
import type { AksSettings } from "./settings";

/** The URIs of one model by one protocol. */
export interface ModelUris {
    /** Where clients POST, e.g. `https://score.contoso.com/api/v1/service/iris/score`. */
    scoringUri: string;
    /** The OpenAPI description of the model's input and output, if the model serves one. */
    swaggerUri: string;
}

/** The URIs of one model. HTTPS, unless TLS is disabled for the whole service. */
export interface ModelAddress extends ModelUris {
    /** The same without encryption. Only with `allowPlainHttp`, for clients that cannot use HTTPS. */
    plainHttp?: ModelUris;
}

/** The URIs of each model, by the model's name. */
export function modelAddresses(
    { tls, models }: AksSettings,
    serviceHost: pulumi.Input<string>,
): pulumi.Output<Record<string, ModelAddress>> {
    const scheme = tls.mode === TlsMode.Disabled ? "http" : "https";
    return pulumi.all([serviceHost, models.map(one => one.hostname)]).apply(([service, modelHostnames]) =>
        Object.fromEntries(
            models.map(({ name, plainHttp }, index) => {
                const hostname = modelHostnames[index];
                const place = hostname ?? `${service}/api/v1/service/${name}`;
                const address = {
                    ...uris(`${scheme}://${place}`),
                    ...(plainHttp && { plainHttp: uris(`http://${place}`) }),
                };
                return [name, address];
            }),
        ),
    );
}

/** The settings that determine the addresses which clients use. */
export function addressSettings({ tls, dns, models, loadBalancer }: AksSettings): AddressSettings {
    return {
        tls,
        dns,
        models: Object.fromEntries(
            models.map(({ name, hostname, plainHttp }) => [
                name,
                { hostname, plainHttp: plainHttp || undefined },
            ]),
        ),
        loadBalancerType: loadBalancer.type,
        subnetName: loadBalancer.subnetName,
    };
}

function uris(base: string): ModelUris {
    return { scoringUri: `${base}/score`, swaggerUri: `${base}/swagger.json` };
}
