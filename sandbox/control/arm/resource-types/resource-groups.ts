import { ArmError } from "../errors";
import type { ResourceType } from "../resource-type";

/** 1–90 letters (of any script), digits, underscores, hyphens, periods and parentheses; no period at the end. */
const NAME = /^[-\p{L}\p{N}_.()]{0,89}[-\p{L}\p{N}_()]$/u;

/** Microsoft.Resources/resourceGroups (REST API). The resource manager deletes the resources of a deleted group. */
export const resourceGroups: ResourceType = {
    type: "Microsoft.Resources/resourceGroups",
    firstApiVersion: "2014-04-01",
    location: "required",
    putStyle: "synchronous",
    deleteStyle: "Location",

    put({ name, body, existing }) {
        if (!NAME.test(name)) {
            throw new ArmError(
                400,
                "InvalidResourceGroup",
                `The provided resource group name '${name}' is invalid. Use 1 to 90 letters, digits, '-', '_', '.', '(' and ')', and no '.' at the end.`,
            );
        }
        const managedBy = body.managedBy ?? existing?.envelope.managedBy;
        return { properties: {}, envelope: managedBy === undefined ? {} : { managedBy } };
    },

    view: () => ({}),
};
