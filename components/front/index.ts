export { BODY_LIMIT_FILE, BODY_LIMIT_FILTER } from "./body-limit";
export { checkFront, FrontSettingsError, type FrontProblem } from "./check";
export { FRONT_CONFIGURATION_VARIABLE, frontContainerCommand } from "./container";
export { renderFront } from "./render";
export * from "./settings";
