import { ArmError } from "./errors";

/** "Resolve errors for reserved resource names". Azure ignores case. */
const RESERVED_PARTS = /microsoft|windows/i;
const RESERVED_START = /^login/i;
const RESERVED_NAMES =
    /^(access|app_(code|themes|data|globalresources|localresources|webreferences|browsers)|azure|bing|bizspark|biztalk|cortana|directx|dotnet|dynamics|excel|exchange|forefront|groove|hololens|hyperv|kinect|lync|msdn|o365|office|office365|onedrive|onenote|outlook|powerpoint|sharepoint|skype|visio|visualstudio|web\.config|xbox)$/i;

/** Types whose resources have a host name. */
const WITH_HOST_NAME = new Set(
    [
        "Microsoft.ContainerInstance/containerGroups",
        "Microsoft.ContainerService/managedClusters",
        "Microsoft.Network/publicIPAddresses",
        "Microsoft.Storage/storageAccounts",
    ].map(type => type.toLowerCase()),
);

/** @throws ArmError if a resource of this type cannot have the name, or the label of its host name */
export function checkReservedNames(type: string, names: readonly (string | undefined)[]): void {
    if (!WITH_HOST_NAME.has(type.toLowerCase())) return;
    const bad = names.find(
        name =>
            name !== undefined &&
            [RESERVED_PARTS, RESERVED_START, RESERVED_NAMES].some(pattern => pattern.test(name)),
    );
    if (bad === undefined) return;
    throw new ArmError(
        400,
        "ReservedResourceName",
        `The resource name '${bad}' or a part of the name is a trademarked or reserved word.`,
    );
}
