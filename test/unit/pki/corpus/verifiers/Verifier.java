import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import sun.security.util.HostnameChecker;

/**
 * Checks whether a Java client accepts certificate chains. Reads one scenario per line from standard input (host name, seconds
 * since 1970, chain and roots as PEM in Base64) and writes one line each: empty, or the reason of the refusal.
 */
class Verifier {
    public static void main(String[] args) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(verify(line.split(" ")));
        }
    }

    static String verify(String[] scenario) {
        try {
            var chain = certificates(scenario[2]);
            trust(certificates(scenario[3]), new Date(Long.parseLong(scenario[1]) * 1000))
                // TLS 1.3 uses this name for every key exchange.
                .checkServerTrusted(chain.toArray(new X509Certificate[0]), "UNKNOWN");
            HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(scenario[0], chain.get(0));
            return "";
        } catch (Exception refusal) {
            return String.valueOf(refusal.getMessage()).replace('\n', ' ');
        }
    }

    /** Creates the trust manager of a client that trusts these roots, with a fixed time. */
    static X509TrustManager trust(List<X509Certificate> roots, Date at) throws Exception {
        Set<TrustAnchor> anchors =
            roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
        var parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
        parameters.setDate(at);
        parameters.setRevocationEnabled(false);
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return (X509TrustManager) factory.getTrustManagers()[0];
    }

    static List<X509Certificate> certificates(String base64) throws Exception {
        var pem = new ByteArrayInputStream(Base64.getDecoder().decode(base64));
        return CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
            .map(X509Certificate.class::cast)
            .toList();
    }
}
