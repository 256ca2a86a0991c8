/** Subscription and tenant of every sandbox. */
export const SUBSCRIPTION = "00000000-0000-0000-0000-000000000001";
export const TENANT = "00000000-0000-0000-0000-000000000002";

/** All subscriptions of the tenant: a second one, for programs that reach into another. */
export const SUBSCRIPTIONS: readonly string[] = [SUBSCRIPTION, "00000000-0000-0000-0000-000000000003"];
