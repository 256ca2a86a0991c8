import { LocalProvider } from "../local/local-provider";
import { serve } from "../protocol/server";
import { tlsClock } from "./clock";
import { tlsTypes } from "./types";

/** Put in place when the plug-in is bundled (`build/bundle.ts`). */
declare const VERSION: string;

serve(new LocalProvider("tls", tlsTypes(tlsClock(process.env))), VERSION);
