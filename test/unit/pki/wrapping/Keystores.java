import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.security.KeyStore;

/** Arguments: a PKCS#12 file, its password, then pairs of a keystore type and a file to write with the same entry and password. */
class Keystores {
    public static void main(String[] arguments) throws Exception {
        char[] password = arguments[1].toCharArray();
        KeyStore source = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(arguments[0])) {
            source.load(in, password);
        }
        String alias = source.aliases().nextElement();
        for (int at = 2; at < arguments.length; at += 2) {
            KeyStore store = KeyStore.getInstance(arguments[at]);
            store.load(null, null);
            store.setKeyEntry("score", source.getKey(alias, password), password, source.getCertificateChain(alias));
            try (FileOutputStream out = new FileOutputStream(arguments[at + 1])) {
                store.store(out, password);
            }
        }
    }
}
