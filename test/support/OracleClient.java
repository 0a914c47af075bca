import java.io.FileInputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Asks servers over HTTPS as a Java client whose key and trust store is one keystore. Arguments: password, file of questions; a line of it has the keystore, the port
 * and the alias to authenticate with, or "-". A line of the answer for each.
 */
class OracleClient {
  public static void main(String[] arguments) throws Exception {
    char[] password = arguments[0].toCharArray();
    for (String line : Files.readAllLines(Path.of(arguments[1]))) {
      String[] question = line.split("\t");
      KeyStore keystore = KeyStore.getInstance("PKCS12");
      try (FileInputStream file = new FileInputStream(question[0])) {
        keystore.load(file, password);
      }
      try {
        System.out.println("HTTP " + ask(keystore, password, Integer.parseInt(question[1]), question[2]));
      } catch (Exception exception) {
        Throwable cause = exception;
        while (cause.getCause() != null) cause = cause.getCause();
        System.out.println("refused: " + String.valueOf(cause).replaceAll("\\s+", " "));
      }
    }
  }

  static int ask(KeyStore keystore, char[] password, int port, String alias) throws Exception {
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(keystore);
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManager[] keys = null;
    if (!alias.equals("-")) {
      KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
      factory.init(keystore, password);
      keys = new KeyManager[] {new OneAlias((X509ExtendedKeyManager) factory.getKeyManagers()[0], alias)};
    }
    context.init(keys, trust.getTrustManagers(), null);
    URI address = URI.create("https://localhost:" + port + "/");
    HttpsURLConnection connection = (HttpsURLConnection) address.toURL().openConnection();
    connection.setSSLSocketFactory(context.getSocketFactory());
    connection.setConnectTimeout(2000);
    connection.setReadTimeout(2000);
    return connection.getResponseCode();
  }

  /** The alias that the adapter names, whatever the server accepts. */
  static class OneAlias extends X509ExtendedKeyManager {
    private final X509ExtendedKeyManager all;
    private final String alias;

    OneAlias(X509ExtendedKeyManager all, String alias) {
      this.all = all;
      this.alias = alias;
    }

    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return alias;
    }

    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
      return alias;
    }

    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {alias};
    }

    public String[] getServerAliases(String type, Principal[] issuers) {
      return all.getServerAliases(type, issuers);
    }

    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return all.chooseServerAlias(type, issuers, socket);
    }

    public X509Certificate[] getCertificateChain(String name) {
      return all.getCertificateChain(name);
    }

    public PrivateKey getPrivateKey(String name) {
      return all.getPrivateKey(name);
    }
  }
}
