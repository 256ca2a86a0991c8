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
 * Says of each certificate chain whether a Java client would accept it: a question a line on standard input (host name,
 * seconds since 1970, chain and roots as PEM in Base64), for each an empty line or the reason of the refusal on standard
 * output.
 */
class Judge {
    public static void main(String[] args) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(judge(line.split(" ")));
        }
    }

    static String judge(String[] asked) {
        try {
            var chain = certificates(asked[2]);
            trust(certificates(asked[3]), new Date(Long.parseLong(asked[1]) * 1000))
                // What TLS 1.3 calls every key exchange.
                .checkServerTrusted(chain.toArray(new X509Certificate[0]), "UNKNOWN");
            HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(asked[0], chain.get(0));
            return "";
        } catch (Exception refusal) {
            return String.valueOf(refusal.getMessage()).replace('\n', ' ');
        }
    }

    /** As a client makes it for roots of its own, with a time of its own. */
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
