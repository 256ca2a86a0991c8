import type { ArmErrorBody } from "../state/resource";

/** An error response of ARM or a resource provider. */
export class ArmError extends Error {
    /** Whether the response wraps code and message in `error`. Some providers do not. */
    enveloped = true;

    /** @param status HTTP status code */
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
        readonly target?: string,
    ) {
        super(message);
    }

    get body(): ArmErrorBody {
        const { code, message, target } = this;
        return target === undefined ? { code, message } : { code, message, target };
    }
}

export function resourceGroupNotFound(name: string): ArmError {
    return new ArmError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`);
}

/** @param relative type and name below the resource group, e.g. `Microsoft.Network/dnsZones/contoso.com` */
export function resourceNotFound(relative: string, resourceGroup: string): ArmError {
    return new ArmError(
        404,
        "ResourceNotFound",
        `The Resource '${relative}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    );
}

export function invalidContent(message: string): ArmError {
    return new ArmError(
        400,
        "InvalidRequestContent",
        `The request content was invalid and could not be deserialized: '${message}'.`,
    );
}

export function methodNotAllowed(method: string, relative: string): ArmError {
    return new ArmError(
        405,
        "MethodNotAllowed",
        `The HTTP method '${method}' is not supported on '${relative}'.`,
    );
}
