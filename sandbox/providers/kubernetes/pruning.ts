import { isObject, type Properties, type Value } from "../protocol/values";

/** The part of an object that corresponds to the inputs. List items correspond by index. */
export function pruned(live: Properties, inputs: Properties): Properties {
    const names = Object.keys(inputs).filter(name => live[name] !== undefined);
    return Object.fromEntries(names.map(name => [name, prunedValue(live[name]!, inputs[name]!)]));
}

function prunedValue(live: Value, input: Value): Value {
    if (isObject(live) && isObject(input)) return pruned(live, input);
    if (Array.isArray(live) && Array.isArray(input)) {
        return live
            .slice(0, input.length)
            .map((item, index) => (input[index] === undefined ? item : prunedValue(item, input[index])));
    }
    return live;
}
