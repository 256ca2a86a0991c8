/** Settings of a stack file by name; a path like `model.cpu` changes one of them. */
export type Settings = Record<string, unknown>;

/** A request to Azure Resource Manager. */
export interface ArmRequest {
    /** Below the resource group `ml`, or "" for the group itself. */
    path: string;
    apiVersion: string;
    body: object;
}

/** A stack file that Azure would refuse. */
export interface RefusedCase {
    /** What is wrong, in a few words. */
    because: string;
    /** Changes to a stack file that Azure accepts. */
    settings: Settings;
    /** The settings that the preview reports, with what it says about each: the value, what is wrong, and what to do. */
    reported: Record<string, RegExp>;
    /** The request with the same fault, and the code of Azure's refusal. Absent where the fault reaches no request. */
    azure?: { request: ArmRequest; code: string };
}

/** Settings with changes by path. */
export function changed(settings: Settings, changes: Settings): Settings {
    const result = structuredClone(settings);
    for (const [path, value] of Object.entries(changes)) {
        const names = path.split(".");
        const last = names.pop() ?? "";
        let at: Settings = result;
        for (const name of names) at = (at[name] ??= {}) as Settings;
        at[last] = value;
    }
    return result;
}
