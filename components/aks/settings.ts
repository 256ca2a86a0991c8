import * as pulumi from "@pulumi/pulumi";
import { ArgumentCheck } from "../shared/argument-check";
import { checkCustomCertificate } from "../certificate/custom-arguments";
import { type DnsSettings, readDns } from "../dns/arguments";
import type { Share } from "../model/container";
import { readLocation, readResourceGroupName } from "../shared/placement";
import { readRegistries } from "../shared/registries";
import { reservedPrefix } from "../shared/rules/azure-names";
import { positiveAmount, wholeNumber } from "../shared/rules/numbers";
import * as text from "../shared/rules/text";
import { readTags, type StringMap } from "../shared/string-map";
import { TlsMode } from "../certificate/tls-arguments";
import { dnsNameLabel, leafLabelProblem } from "../dns/leaf-label";
import { AccessLog } from "../front";
import { FRONT_IMAGE } from "../front/image";
import {
    DnsRecordType,
    LoadBalancerType,
    type PullSecretArgs,
    type SecureAksInferenceArgs,
} from "./arguments";
import { type ClusterSettings, readCluster } from "./cluster-settings";
import { type ModelSettings, readModels } from "./model-settings";
import { namespaceName, reservedNamespaceProblem } from "./namespace-name";
import { type AksTlsSettings, readAksTls } from "./tls-settings";

/** The checked arguments, with defaults. */
export interface AksSettings {
    resourceGroupName: pulumi.Input<string>;
    /** Absent: the location of the attached cluster. */
    location?: pulumi.Input<string>;
    cluster: ClusterSettings;
    namespace: { name: string; exists: boolean };
    models: ModelSettings[];
    /** The prefix and the six generated characters. */
    dnsNameLabel: string;
    /** The name of the public IP address resource. */
    publicIpAddressName: string;
    loadBalancer: { type: LoadBalancerType; subnetName?: string; grantAccess: boolean };
    tls: AksTlsSettings;
    dns: DnsSettings & { recordType: DnsRecordType };
    front: Share & { image: pulumi.Input<string>; replicas: number; accessLog?: AccessLog };
    registries: PullSecretArgs[];
    imageRenewalTrigger?: pulumi.Input<string>;
    tags: StringMap;
}

/**
 * Checks all arguments and fills in the defaults. Throws once, with every problem. A value that is an output is checked when it
 * becomes known.
 */
export function readArguments(name: string, args: SecureAksInferenceArgs, now: Date): AksSettings {
    const check = new ArgumentCheck(name);
    check.report("name", componentNameProblem(name));
    const resourceGroupName = readResourceGroupName(check, args.resourceGroupName);
    const label = args.leafDomainLabel ?? name;
    check.report("leafDomainLabel", leafLabelProblem(label));
    const owner = { project: pulumi.getProject(), stack: pulumi.getStack(), component: name };
    const cluster = readCluster(check, args);
    const models = readModels(check, name, args);
    const tls = readAksTls(check, args, cluster);
    const dnsArgs = args.dns;
    check.oneOf("dns.recordType", dnsArgs?.recordType, DnsRecordType);
    const recordType = dnsArgs?.recordType ?? DnsRecordType.Alias;
    check.known("namespace", args.namespace, text.containerName);
    check.known("namespace", args.namespace, reservedNamespaceProblem);
    const settings: AksSettings = {
        resourceGroupName,
        location: readClusterLocation(check, args, cluster),
        cluster,
        namespace: {
            name: args.namespace ?? namespaceName(name, owner),
            exists: args.namespace !== undefined,
        },
        models,
        dnsNameLabel: dnsNameLabel(label, owner),
        // Independent of leafDomainLabel: a changed label changes the host name of the address, but does not replace the address.
        publicIpAddressName: dnsNameLabel(`${name}-`, owner),
        loadBalancer: readLoadBalancer(check, args),
        tls,
        dns: {
            ...readDns(check, dnsArgs, {
                hostname: args.tls?.hostname,
                defaultResourceGroup: resourceGroupName,
                apexAllowed: recordType === DnsRecordType.Alias,
            }),
            recordType,
        },
        front: readFront(check, args),
        registries: readRegistries(check, args, (path, given) => readRegistry(check, path, given)),
        imageRenewalTrigger: check.optionalInput(
            "imageRenewalTrigger",
            args.imageRenewalTrigger,
            text.renewalTrigger,
        ),
        tags: readTags(check, args.tags),
    };
    const ownNames = models.flatMap(({ hostname }) => (hostname === undefined ? [] : [hostname]));
    if (tls.secretName === undefined) checkCustomCertificate(check, tls, ownNames, now);
    check.throwIfAny();
    return settings;
}

/** The component's name is the prefix of the names of all Kubernetes objects. */
function componentNameProblem(name: string): string | undefined {
    if (/^[a-z]([a-z0-9-]{0,29}[a-z0-9])?$/.test(name)) return reservedPrefix(name);
    return `is ${JSON.stringify(name)}; use at most 31 lower-case letters, digits and '-', starting with a letter and not ending with '-'`;
}

/** The location. Undefined for an attached cluster, whose location is looked up. */
function readClusterLocation(
    check: ArgumentCheck,
    { location }: SecureAksInferenceArgs,
    { attach }: ClusterSettings,
): pulumi.Input<string> | undefined {
    if (location === undefined && attach?.clusterName !== undefined) return undefined;
    return readLocation(check, location);
}

function readLoadBalancer(check: ArgumentCheck, args: SecureAksInferenceArgs): AksSettings["loadBalancer"] {
    const { type = LoadBalancerType.PublicIp, subnetName, grantAccess = true } = args.loadBalancer ?? {};
    check.oneOf("loadBalancer.type", type, LoadBalancerType);
    check.known("loadBalancer.subnetName", subnetName, text.subnetName);
    const internal = type === LoadBalancerType.InternalLoadBalancer;
    if (!internal && subnetName !== undefined) {
        check.report(
            "loadBalancer.subnetName",
            "requires loadBalancer.type InternalLoadBalancer, because a public address has no subnet; remove it, or set the type",
        );
    }
    if (internal && args.tls?.mode !== TlsMode.Disabled && args.tls?.hostname === undefined) {
        check.report(
            "tls.hostname",
            "is missing; Azure assigns no host name to an internal address, so set the name for the certificate",
        );
    }
    if (internal && args.dns?.recordType !== undefined) {
        check.report(
            "dns.recordType",
            "conflicts with loadBalancer.type InternalLoadBalancer, which always gets an A record; remove it",
        );
    }
    return { type, subnetName, grantAccess };
}

function readFront(check: ArgumentCheck, { front = {} }: SecureAksInferenceArgs): AksSettings["front"] {
    const { image = FRONT_IMAGE, replicas = 2, cpu = 0.25, memoryInGB = 0.5, accessLog } = front;
    check.known("front.replicas", replicas, wholeNumber(2, 20, "replicas"));
    check.known("front.cpu", cpu, positiveAmount(64, "cores"));
    check.known("front.memoryInGB", memoryInGB, positiveAmount(256, "GB"));
    check.oneOf("front.accessLog", accessLog, AccessLog);
    return { image: check.input("front.image", image, text.image), replicas, cpu, memoryInGB, accessLog };
}

function readRegistry(check: ArgumentCheck, path: string, registry: PullSecretArgs): PullSecretArgs {
    const { server, username, password } = registry;
    const login = "username and password must both be set";
    return {
        server: check.required(
            `${path}.server`,
            server,
            "set it to the host name of the registry",
            text.registryServer,
        ),
        username: check.required(`${path}.username`, username, login, text.secretText),
        password: check.required(`${path}.password`, password, login, text.secretText),
    };
}
