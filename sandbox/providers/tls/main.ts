/** The stand-in for the tls provider: private keys, certificate requests and certificates. */
import { LocalProvider } from "../local/local-provider";
import { serve } from "../protocol/server";
import { tlsClock } from "./clock";
import { tlsTypes } from "./types";

/** A constant that `build/bundle.ts` defines. */
declare const VERSION: string;

serve(new LocalProvider("tls", tlsTypes(tlsClock(process.env))), VERSION);
