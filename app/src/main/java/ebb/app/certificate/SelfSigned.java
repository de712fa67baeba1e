package ebb.app.certificate;

import ebb.app.files.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A certificate of the home's own for the loopback address, which nobody vouches for but itself.
///
/// ```
/// HOME/tls-key.pem           the key and its certificate: one file, so that they never disagree
/// HOME/tls-certificate.pem   the certificate alone, for clients to trust
/// ```
///
/// It is made by the JDK's own `keytool`, which every JDK has.
public final class SelfSigned {
  /// What clients of today take at most from any certificate is 398 days.
  private static final int DAYS = 397;

  /// So long before its end it is made anew.
  static final Duration LEFT = Duration.ofDays(30);

  private static final long KEYTOOL_SECONDS = 60;
  private static final int PASSWORD_BYTES = 24;

  /// By these names the loopback address is asked; clients compare them with the address.
  private static final String NAMES = "san=dns:localhost,ip:127.0.0.1,ip:0:0:0:0:0:0:0:1";

  private SelfSigned() {}

  /// What clients are to trust.
  public static Path certificate(Path home) {
    return home.resolve("tls-certificate.pem");
  }

  static Path key(Path home) {
    return home.resolve("tls-key.pem");
  }

  /// The home's certificate, made first if there is none that holds for a while.
  public static ServerCertificate at(Path home, Instant now) throws CertificateRefused {
    try {
      if (!holds(home, now)) {
        make(home);
      }
      ServerCertificate own = ServerCertificate.read(key(home), key(home), now);
      byte[] trusted = pem("CERTIFICATE", own.chain().getFirst().getEncoded());
      if (!Files.exists(certificate(home))
          || !java.util.Arrays.equals(Files.readAllBytes(certificate(home)), trusted)) {
        DurableFile.replace(certificate(home), trusted);
      }
      return own;
    } catch (IOException | GeneralSecurityException failure) {
      throw new CertificateRefused(
          "No certificate can be made in %s: %s.".formatted(home, failure.getMessage()), failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CertificateRefused("Making a certificate was interrupted.", interrupted);
    }
  }

  /// What cannot be used is made anew: only this server's clients know it.
  private static boolean holds(Path home, Instant now) {
    try {
      return !ServerCertificate.read(key(home), key(home), now).endsWithin(LEFT, now);
    } catch (CertificateRefused unfit) {
      return false;
    }
  }

  private static void make(Path home)
      throws IOException, GeneralSecurityException, InterruptedException {
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    String password = HexFormat.of().formatHex(random);
    Path folder =
        Files.createTempDirectory(
            home,
            "tls.",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path store = folder.resolve("store");
    try {
      keytool(store, password);
      KeyStore made = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        made.load(in, password.toCharArray());
      }
      Key key = made.getKey("ebb", password.toCharArray());
      Certificate certificate = made.getCertificate("ebb");
      DurableFile.replace(
          key(home),
          concat(
              pem("PRIVATE KEY", key.getEncoded()), pem("CERTIFICATE", certificate.getEncoded())));
    } finally {
      Files.deleteIfExists(store);
      Files.delete(folder);
    }
  }

  private static void keytool(Path store, String password)
      throws IOException, InterruptedException {
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Path said = store.resolveSibling("said");
    ProcessBuilder command =
        new ProcessBuilder(
            List.of(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                "ebb",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost, O=Ebb",
                "-startdate",
                "-1d", // clocks differ
                "-validity",
                String.valueOf(DAYS),
                "-ext",
                NAMES,
                "-ext",
                "ku:critical=digitalSignature",
                "-ext",
                "eku=serverAuth",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass:env",
                "EBB_STORE_PASSWORD"));
    // Others read the arguments of a process, but not its environment.
    command.environment().put("EBB_STORE_PASSWORD", password);
    try {
      Process process = command.redirectErrorStream(true).redirectOutput(said.toFile()).start();
      if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException(
            keytool + " did not make one: " + Files.readString(said).strip().replace('\n', ' '));
      }
    } finally {
      Files.deleteIfExists(said);
    }
  }

  private static byte[] pem(String what, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(what, text, what)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = java.util.Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }
}
