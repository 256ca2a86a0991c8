/** Returns what is wrong with a value and what to do, or undefined when the value is valid. Never repeats a secret. */
export type Rule<T> = (value: T) => string | undefined;
