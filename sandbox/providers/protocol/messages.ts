import * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { Autonaming, Checked, Difference } from "./provider";
import { toStruct } from "./values";

export function checkResponse({ inputs, failures }: Checked): messages.CheckResponse {
    const response = new messages.CheckResponse();
    response.setInputs(toStruct(inputs));
    for (const reason of failures) {
        // Without the property's name, as in the real providers: with it, the engine would print the property's value.
        const checkFailure = new messages.CheckFailure();
        checkFailure.setReason(reason);
        response.addFailures(checkFailure);
    }
    return response;
}

export function diffResponse({ changes, deleteBeforeReplace }: Difference): messages.DiffResponse {
    const { Kind } = messages.PropertyDiff;
    const kinds = {
        add: [Kind.ADD, Kind.ADD_REPLACE],
        update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
        delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    } as const;
    const response = new messages.DiffResponse();
    for (const change of changes) {
        const detail = new messages.PropertyDiff();
        detail.setKind(kinds[change.kind][change.replaces ? 1 : 0]);
        detail.setInputdiff(!change.ofOutput);
        response.getDetaileddiffMap().set(change.path, detail);
    }
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    response.setHasdetaileddiff(true);
    response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList(changes.map(change => change.path));
    response.setReplacesList(changes.filter(change => change.replaces).map(change => change.path));
    response.setDeletebeforereplace(deleteBeforeReplace);
    return response;
}

export function autonaming(
    options: messages.CheckRequest.AutonamingOptions | undefined,
): Autonaming | undefined {
    if (!options) return undefined;
    const { Mode } = messages.CheckRequest.AutonamingOptions;
    const modes = {
        [Mode.PROPOSE]: "propose",
        [Mode.ENFORCE]: "enforce",
        [Mode.DISABLE]: "disable",
    } as const;
    return { mode: modes[options.getMode()], name: options.getProposedName() };
}
