import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "../shared/argument-check";
import { type ProbeArgs, type ProbeSettings, readLiveness } from "./probes";
import type { Rule } from "../shared/rules";
import * as text from "../shared/rules/text";
import { type StringMap, readStringMap } from "../shared/string-map";

/** The resources that a container requests. */
export interface Share {
    /** Cores. */
    cpu: number;
    memoryInGB: number;
}

/** The container of a model that answers `POST /score`, on both hostings. */
export interface ModelContainerArgs {
    /**
     * The container image of the model.
     * @example "contoso.azurecr.io/iris:7"
     */
    image: pulumi.Input<string>;
    /**
     * The port that the model listens on. Only the front can reach it; clients connect to the front.
     * @default 5001 (azureml-inference-server-http)
     */
    port?: number;
    /**
     * CPU cores that are reserved for the model. Container Instances allocate steps of 0.01.
     * @default 0.1 (as v1)
     */
    cpu?: number;
    /**
     * Memory that is reserved for the model, in GB. Container Instances allocate steps of 0.1.
     * @default 0.5 (as v1)
     */
    memoryInGB?: number;
    /**
     * The most CPU cores that the model may use.
     * @default on Container Instances the request of the whole group; on Kubernetes all free cores of the node
     */
    cpuLimit?: number;
    /**
     * The most memory that the model may use, in GB.
     * @default on Container Instances the request of the whole group; on Kubernetes all free memory of the node
     */
    memoryInGBLimit?: number;
    /**
     * Environment variables.
     * @default none
     */
    environment?: { [name: string]: pulumi.Input<string> };
    /**
     * Environment variables with secret values, which Azure does not show.
     * @default none
     */
    secretEnvironment?: { [name: string]: pulumi.Input<string> };
    /**
     * The command and its arguments.
     * @default the command of the image
     */
    command?: pulumi.Input<string>[];
    /**
     * The path of the health check. The model is healthy when the status is 200.
     * @default "/"
     */
    healthPath?: string;
    /**
     * The probe that decides whether the model is restarted.
     * @default 310 s initial delay, every 10 s, 2 s timeout, 1 success, 3 failures (as v1)
     */
    liveness?: ProbeArgs;
}

/** The checked arguments of a model container, with defaults. */
export interface ModelContainerSettings extends Share {
    image: pulumi.Input<string>;
    port: number;
    /** The most resources that the container may use. Unlike a request, a limit reserves nothing. */
    resourceLimits: Partial<Share>;
    environment: StringMap;
    secretEnvironment: StringMap;
    command?: pulumi.Input<string>[];
    healthPath: string;
    liveness: ProbeSettings;
}

/** Bounds that depend on the hosting. */
export interface ModelContainerBounds {
    /** The rules for the requests and for the limits of the container. */
    cpu: Rule<number>;
    memoryInGB: Rule<number>;
    /** The rule for `model.port`. */
    port: Rule<number>;
}

/** @param path the property path of the model */
export function readModelContainer(
    check: ArgumentCheck,
    path: string,
    model: Partial<ModelContainerArgs>,
    { cpu, memoryInGB, port }: ModelContainerBounds,
): ModelContainerSettings {
    const { healthPath = "/", command, cpuLimit, memoryInGBLimit } = model;
    const share: Share = { cpu: model.cpu ?? 0.1, memoryInGB: model.memoryInGB ?? 0.5 };
    check.known(`${path}.port`, model.port, port);
    check.known(`${path}.cpu`, share.cpu, cpu);
    check.known(`${path}.memoryInGB`, share.memoryInGB, memoryInGB);
    check.known(
        `${path}.cpuLimit`,
        cpuLimit,
        limit => cpu(limit) ?? atLeastRequested(share.cpu, `${path}.cpu`)(limit),
    );
    check.known(
        `${path}.memoryInGBLimit`,
        memoryInGBLimit,
        limit => memoryInGB(limit) ?? atLeastRequested(share.memoryInGB, `${path}.memoryInGB`)(limit),
    );
    check.known(`${path}.healthPath`, healthPath, text.healthPath);
    if (command?.length === 0)
        check.report(`${path}.command`, "is empty; remove it to use the command of the image");
    reportTotalSize(check, path, model);
    return {
        ...share,
        image: check.required(`${path}.image`, model.image, "set it to the image of the model", text.image),
        port: model.port ?? 5001,
        resourceLimits: { cpu: cpuLimit, memoryInGB: memoryInGBLimit },
        ...readEnvironments(check, path, model),
        command: command?.map((part, index) =>
            check.input(`${path}.command[${index}]`, part, text.programText),
        ),
        healthPath,
        liveness: readLiveness(check, `${path}.liveness`, model.liveness),
    };
}

function readEnvironments(
    check: ArgumentCheck,
    path: string,
    model: Partial<ModelContainerArgs>,
): Pick<ModelContainerSettings, "environment" | "secretEnvironment"> {
    const read = (name: "environment" | "secretEnvironment"): StringMap =>
        readStringMap(check, `${path}.${name}`, model[name], {
            name: text.environmentNameProblem,
            value: text.programText,
        });
    const [environment, secretEnvironment] = [read("environment"), read("secretEnvironment")];
    for (const duplicate of Object.keys(secretEnvironment).filter(key => key in environment)) {
        check.report(
            `${path}.secretEnvironment.${duplicate}`,
            `is also in ${path}.environment; remove one of the two`,
        );
    }
    return { environment, secretEnvironment };
}

/** The limit of a Kubernetes Secret, and below those of Linux (2 MiB) and of a request to Azure (4 MB). */
const MAX_TOTAL_BYTES = 1_048_576;

/** Reports a command and variables that no container can start with, as far as their values are known. */
function reportTotalSize(
    check: ArgumentCheck,
    path: string,
    { command = [], environment = {}, secretEnvironment = {} }: Partial<ModelContainerArgs>,
): void {
    const variables = [environment, secretEnvironment].flatMap(map => Object.entries(map).flat());
    const known = [...command, ...variables].filter(one => typeof one === "string");
    const bytes = known.reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0);
    if (bytes <= MAX_TOTAL_BYTES) return;
    check.report(
        path,
        `has a command and environment variables of ${bytes} bytes in total; use at most ${MAX_TOTAL_BYTES}, and put more data into the image or into a store that the model reads`,
    );
}

/** A limit must be at least the request. */
function atLeastRequested(requested: number, name: string): Rule<number> {
    return limit =>
        limit >= requested
            ? undefined
            : `is ${limit}, less than ${name} (${requested}); increase or remove it`;
}
