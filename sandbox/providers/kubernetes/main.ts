/** The stand-in for the kubernetes provider, for any Kubernetes API server. */
import { serve } from "../protocol/server";
import { Kubernetes } from "./provider";

/** A constant that `build/bundle.ts` defines. */
declare const VERSION: string;

serve(new Kubernetes(), VERSION);
