import { LocalProvider } from "../local/local-provider.js";
import { serve } from "../protocol/server.js";
import { randomTypes } from "./types.js";

/** Put in place when the plug-in is bundled (`build/bundle.ts`). */
declare const VERSION: string;

serve(new LocalProvider("random", randomTypes), VERSION);
