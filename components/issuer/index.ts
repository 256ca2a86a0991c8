export { issuerContainerCommand } from "./container";
export { certificateName, EXTERNAL_ACCOUNT_KEY_VARIABLE, issuerEnvironment } from "./environment";
export * from "./settings";
