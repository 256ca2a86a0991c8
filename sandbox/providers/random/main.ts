import { LocalProvider } from "../local/local-provider";
import { serve } from "../protocol/server";
import { randomTypes } from "./types";

/** Put in place when the plug-in is bundled (`build/bundle.ts`). */
declare const VERSION: string;

serve(new LocalProvider("random", randomTypes), VERSION);
