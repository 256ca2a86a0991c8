import { serve } from "../protocol/server";
import { readSettings } from "../settings";
import { AzureNative } from "./provider";
import type { Schema } from "./schema";

/** Put in place when the plug-in is bundled (`build/bundle.ts`). */
declare const SCHEMA: Schema;
declare const VERSION: string;

serve(new AzureNative(readSettings(), SCHEMA), VERSION);
