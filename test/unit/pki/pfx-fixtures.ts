import { type Issued } from "../../support/openssl";
import { PfxWorkspace } from "../../support/pfx-workspace";

/** The password of the files that the tests export. */
export const PASSWORD = "correct horse";
/** The password as arguments of `openssl pkcs12 -export`. */
export const PASS = ["-passout", `pass:${PASSWORD}`];

/** Each test file has its own workspace and closes it. */
export const workspace = new PfxWorkspace();
export const root = workspace.root();
export const intermediate = workspace.intermediate(root);
export const leaf = workspace.leaf(intermediate, ["DNS:score.contoso.test"]);
export const chainPem = leaf.certificate + intermediate.certificate;

export const certificateDer = (one: Issued) => workspace.der("x509", "-in", one.certificateFile);
/** PKCS#8. */
export const keyDer = (one: Issued) => workspace.der("pkcs8", "-topk8", "-nocrypt", "-in", one.keyFile);
/** Encrypted PKCS#8. */
export const encryptedKeyDer = (one: Issued) =>
    workspace.der("pkcs8", "-topk8", "-in", one.keyFile, "-iter", "1", ...PASS);
