/** The stand-in for the random provider: RandomString, RandomPassword and RandomId. */
import { LocalProvider } from "../local/local-provider";
import { serve } from "../protocol/server";
import { randomTypes } from "./types";

/** A constant that `build/bundle.ts` defines. */
declare const VERSION: string;

serve(new LocalProvider("random", randomTypes), VERSION);
