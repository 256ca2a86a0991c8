import { TlsMode } from "../certificate/tls-arguments";
import { known, type StoredAddress, type StoredModel, UNKNOWN } from "./stored-address";

/** The problems of clients that use the path or the host name of a model. */
export function modelProblems(old: StoredAddress, next: StoredAddress): string[] {
    const [before, after] = [known(old.model), known(next.model)];
    if (before !== undefined && after !== undefined && before !== after) {
        return [`model.name: ${noAnswer(pathOf(before))}`];
    }
    return [...(old.models ?? [])].flatMap(([name, model]) => problemsOfModel(name, model, next));
}

function problemsOfModel(name: string, model: StoredModel, next: StoredAddress): string[] {
    const hostname = known(model.hostname);
    const nextModel = next.models?.get(name);
    const owner = hostname === undefined ? undefined : ownerOf(hostname, next);
    if (nextModel === undefined) {
        // A renamed model keeps its host name.
        const lost = hostname === undefined || owner !== undefined ? [] : [hostname];
        return [`models.${name}: ${noAnswer([pathOf(name), ...lost].join(" and "))}`];
    }
    if (hostname === undefined || nextModel.hostname === UNKNOWN || nextModel.hostname === hostname)
        return [];
    const effect =
        owner === undefined
            ? `the model would no longer answer as ${hostname}`
            : `${hostname} would become the host name of ${owner}`;
    return [`models.${name}.hostname: ${effect}`];
}

/** The argument, or the model, that has the host name after the update. */
function ownerOf(hostname: string, { hostname: service, models }: StoredAddress): string | undefined {
    if (service === hostname) return "all models (tls.hostname)";
    for (const [name, model] of models ?? []) {
        if (model.hostname === hostname) return `models.${name}`;
    }
    return undefined;
}

/** Remarks about models that no longer answer over plain HTTP. */
export function plainHttpWarnings(old: StoredAddress, next: StoredAddress): string[] {
    if (old.tlsMode === TlsMode.Disabled || next.tlsMode === TlsMode.Disabled) return [];
    return [...(old.models ?? [])]
        .filter(([name, { plainHttp }]) => plainHttp && next.models?.get(name)?.plainHttp === false)
        .map(
            ([name]) =>
                `models.${name}.allowPlainHttp: requests over http:// will be redirected to https:// (status 308); clients that do not follow redirects fail, so change them to https:// first.`,
        );
}

/** The path of a model on every host name of the service, as in Azure ML v1. */
function pathOf(name: string): string {
    return `/api/v1/service/${name}/score`;
}

function noAnswer(address: string): string {
    return `the service would no longer answer at ${address}`;
}
