import { serve } from "../protocol/server.js";
import { readSettings } from "../settings.js";
import { AzureNative } from "./provider.js";
import type { Schema } from "./schema.js";

/** Put in place when the plug-in is bundled (`build/bundle.ts`). */
declare const SCHEMA: Schema;
declare const VERSION: string;

serve(new AzureNative(readSettings(), SCHEMA), VERSION);
