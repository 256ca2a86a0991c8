import { serve } from "../protocol/server";
import { Kubernetes } from "./provider";

/** Put in place when the plug-in is bundled (`build/bundle.ts`). */
declare const VERSION: string;

serve(new Kubernetes(), VERSION);
