/** The front: the HAProxy that terminates TLS before the models. Settings in; configuration, scripts and commands out. */
export { AccessLog } from "./access-log";
export { checkFront, checkPodFront, FrontSettingsError } from "./check";
export {
    FRONT_CONFIGURATION_VARIABLE,
    frontContainerCommand,
    frontPodCommand,
    frontScripts,
    storeFrontContainerCommand,
    storeFrontPodCommand,
} from "./container";
export { frontFiles } from "./pod-render";
export * from "./pod-settings";
export { renderFront } from "./render";
export { longestRequestMs } from "./timeouts";
export * from "./settings";
export * from "./store";
