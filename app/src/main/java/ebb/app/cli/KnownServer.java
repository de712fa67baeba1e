package ebb.app.cli;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Trusts exactly the certificate that the home's server says is its own, whoever vouches for it
/// and whatever name it has: who can write `server.json` is the owner of the home, and nobody who
/// took the server's port.
///
/// The file is read at each handshake, because a server renews its certificate while it runs.
final class KnownServer {
  private final Path address;
  private @Nullable SSLSocketFactory sockets;

  KnownServer(Path home) {
    this.address = home.resolve("server.json");
  }

  void applyTo(HttpsURLConnection asked) throws IOException {
    if (sockets == null) {
      sockets = sockets();
    }
    asked.setSSLSocketFactory(sockets);
    asked.setHostnameVerifier((_, _) -> true); // the certificate is known, not only its name
  }

  private SSLSocketFactory sockets() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Known()}, null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException without) {
      throw new IOException("this JDK speaks no TLS", without);
    }
  }

  private void check(X509Certificate shown) throws CertificateException {
    try {
      String known =
          Connection.JSON.readTree(Files.readAllBytes(address)).path("certificate").asString("");
      String found =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(shown.getEncoded()));
      if (!known.equals(found)) {
        throw new CertificateException(
            "what answers shows another certificate than %s names".formatted(address));
      }
    } catch (IOException | JacksonException | GeneralSecurityException unknown) {
      throw unknown instanceof CertificateException refused
          ? refused
          : new CertificateException(address + " cannot be read", unknown);
    }
  }

  private final class Known extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain[0]);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain[0]);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("this is no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("this is no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("this is no server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
