export { checkFront, checkPodFront, FrontSettingsError } from "./check";
export {
    FRONT_CONFIGURATION_VARIABLE,
    frontContainerCommand,
    frontPodCommand,
    storeFrontContainerCommand,
    storeFrontPodCommand,
} from "./container";
export { frontFiles } from "./pod-render";
export * from "./pod-settings";
export { renderFront } from "./render";
export * from "./settings";
export * from "./store";
