/** The stand-in for azure-native, which deploys into the sandbox's Azure Resource Manager. */
import { serve } from "../protocol/server";
import { readSettings } from "../settings";
import { AzureNative } from "./provider";
import type { Schema } from "./schema";

/** Constants that `build/bundle.ts` defines. */
declare const SCHEMA: Schema;
declare const VERSION: string;

serve(new AzureNative(readSettings(), SCHEMA), VERSION);
