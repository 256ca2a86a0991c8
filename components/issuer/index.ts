/** The issuer: the container that gets certificates by ACME and renews them. Settings in, command and environment out. */
export { issuerContainerCommand, issuerHeartbeatCommand } from "./container";
export { certificateName, EXTERNAL_ACCOUNT_KEY_VARIABLE, issuerEnvironment } from "./environment";
export * from "./settings";
