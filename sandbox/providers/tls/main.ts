import { LocalProvider } from "../local/local-provider.js";
import { serve } from "../protocol/server.js";
import { tlsTypes } from "./types.js";

/** Put in place when the plug-in is bundled (`build/bundle.ts`). */
declare const VERSION: string;

serve(
    new LocalProvider(
        "tls",
        tlsTypes(() => new Date()),
    ),
    VERSION,
);
