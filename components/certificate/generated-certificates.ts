/** The key of every certificate that the stack generates. */
export const P256_KEY = { algorithm: "ECDSA", ecdsaCurve: "P256" };

/** The validity of generated certificates that are never renewed. */
export const TEN_YEARS_HOURS = 87_600;
