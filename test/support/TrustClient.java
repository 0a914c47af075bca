import java.io.FileInputStream;
import java.net.URI;
import java.security.KeyStore;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Asks servers over HTTPS as a Java client that trusts a keystore alone. Arguments: password, then keystore and port of each. */
class TrustClient {
  public static void main(String[] arguments) throws Exception {
    char[] password = arguments[0].toCharArray();
    for (int i = 1; i < arguments.length; i += 2) {
      KeyStore keystore = KeyStore.getInstance("PKCS12");
      try (FileInputStream file = new FileInputStream(arguments[i])) {
        keystore.load(file, password);
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(keystore);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      URI address = URI.create("https://localhost:" + arguments[i + 1] + "/");
      HttpsURLConnection connection = (HttpsURLConnection) address.toURL().openConnection();
      connection.setSSLSocketFactory(context.getSocketFactory());
      connection.setConnectTimeout(5000);
      connection.setReadTimeout(5000);
      try {
        System.out.println("HTTP " + connection.getResponseCode());
      } catch (Exception exception) {
        Throwable cause = exception;
        while (cause.getCause() != null) cause = cause.getCause();
        System.out.println("refused: " + cause.getMessage());
      }
    }
  }
}
