/** What is wrong with a value, and what to do about it; nothing when it is good. Never repeats a secret. */
export type Rule<T> = (value: T) => string | undefined;
