import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "../shared/argument-check";
import { type ProbeArgs, type ProbeSettings, readLiveness, readReadiness } from "./probes";
import type { Rule } from "../shared/rules";
import { positiveAmount } from "../shared/rules/numbers";
import * as text from "../shared/rules/text";
import { type StringMap, readStringMap } from "../shared/string-map";

/** What a container is promised. */
export interface Share {
    /** Cores. */
    cpu: number;
    memoryInGB: number;
}

/** A container that answers `POST /score`, on whatever it runs. */
export interface ModelContainerArgs {
    /**
     * The image of the model, as any container runtime names it.
     * @example "contoso.azurecr.io/iris:7"
     */
    image: pulumi.Input<string>;
    /**
     * The port that the model listens on. It is not open to clients: they come through the front.
     * @default 5001 (azureml-inference-server-http)
     */
    port?: number;
    /**
     * CPU cores that are kept for the model.
     * @default 0.1 (as v1)
     */
    cpu?: number;
    /**
     * Memory that is kept for the model, in GB.
     * @default 0.5 (as v1)
     */
    memoryInGB?: number;
    /**
     * CPU cores that the model may use when they are free.
     * @default what is free
     */
    cpuLimit?: number;
    /**
     * Memory that the model may use, in GB.
     * @default what is free
     */
    memoryInGBLimit?: number;
    /**
     * Environment variables.
     * @default none
     */
    environment?: { [name: string]: pulumi.Input<string> };
    /**
     * Environment variables that are secrets: Azure does not show their values.
     * @default none
     */
    secretEnvironment?: { [name: string]: pulumi.Input<string> };
    /**
     * The command with its arguments.
     * @default the image's own
     */
    command?: string[];
    /**
     * The path that answers 200 when the model is well.
     * @default "/"
     */
    healthPath?: string;
    /**
     * When requests reach the model.
     * @default from the start, every 10 s, 2 s to answer, 1 success, 3 failures
     */
    readiness?: ProbeArgs;
    /**
     * When the model is restarted.
     * @default after 310 s, every 10 s, 2 s to answer, 1 success, 3 failures (as v1)
     */
    liveness?: ProbeArgs;
}

/** The container of a model, checked, with defaults in place. */
export interface ModelContainerSettings extends Share {
    image: pulumi.Input<string>;
    port: number;
    limits: Partial<Share>;
    environment: StringMap;
    secretEnvironment: StringMap;
    command?: string[];
    healthPath: string;
    readiness: ProbeSettings;
    liveness: ProbeSettings;
}

/**
 * @param path where the model stands among the arguments
 * @param most what one container can be promised at most
 */
export function readModelContainer(
    check: ArgumentCheck,
    path: string,
    model: Partial<ModelContainerArgs>,
    most: Share,
    port: Rule<number>,
): ModelContainerSettings {
    const { healthPath = "/", command, cpuLimit, memoryInGBLimit } = model;
    const share: Share = { cpu: model.cpu ?? 0.1, memoryInGB: model.memoryInGB ?? 0.5 };
    check.known(`${path}.port`, model.port, port);
    check.known(`${path}.cpu`, share.cpu, positiveAmount(most.cpu, "cores"));
    check.known(`${path}.memoryInGB`, share.memoryInGB, positiveAmount(most.memoryInGB, "GB"));
    check.known(`${path}.cpuLimit`, cpuLimit, atLeastRequested(share.cpu, `${path}.cpu`));
    check.known(
        `${path}.memoryInGBLimit`,
        memoryInGBLimit,
        atLeastRequested(share.memoryInGB, `${path}.memoryInGB`),
    );
    check.known(`${path}.healthPath`, healthPath, text.healthPath);
    if (command?.length === 0) check.report(`${path}.command`, "is empty; leave it out for the image's own");
    return {
        ...share,
        image: check.required(`${path}.image`, model.image, "name the model's image", text.image),
        port: model.port ?? 5001,
        limits: { cpu: cpuLimit, memoryInGB: memoryInGBLimit },
        ...readEnvironments(check, path, model),
        command,
        healthPath,
        readiness: readReadiness(check, `${path}.readiness`, model.readiness),
        liveness: readLiveness(check, `${path}.liveness`, model.liveness),
    };
}

function readEnvironments(
    check: ArgumentCheck,
    path: string,
    model: Partial<ModelContainerArgs>,
): Pick<ModelContainerSettings, "environment" | "secretEnvironment"> {
    const read = (name: "environment" | "secretEnvironment"): StringMap =>
        readStringMap(
            check,
            `${path}.${name}`,
            model[name],
            text.environmentNameProblem,
            text.environmentValue,
        );
    const [environment, secretEnvironment] = [read("environment"), read("secretEnvironment")];
    for (const twice of Object.keys(secretEnvironment).filter(key => key in environment)) {
        check.report(
            `${path}.secretEnvironment.${twice}`,
            `is in ${path}.environment too; leave it in one of them`,
        );
    }
    return { environment, secretEnvironment };
}

/** A limit has to leave room for what is promised. */
function atLeastRequested(requested: number, name: string): Rule<number> {
    return limit =>
        limit >= requested
            ? undefined
            : `is ${limit}, less than ${name} (${requested}); raise it or leave it out`;
}
