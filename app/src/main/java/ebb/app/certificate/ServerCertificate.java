package ebb.app.certificate;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A certificate with those that vouch for it, its own first, and the key that it belongs to.
public record ServerCertificate(PrivateKey key, List<X509Certificate> chain) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  public ServerCertificate {
    chain = List.copyOf(chain);
  }

  /// Reads both from files in PEM, which may be the same file.
  ///
  /// @throws CertificateRefused if one cannot be read, they do not belong together, or it does not
  ///   hold at this time
  public static ServerCertificate read(Path chain, Path key, Instant now)
      throws CertificateRefused {
    List<X509Certificate> certificates = certificates(chain);
    ServerCertificate read =
        new ServerCertificate(
            privateKey(key, certificates.getFirst().getPublicKey().getAlgorithm()), certificates);
    if (!read.belongsTogether()) {
      throw new CertificateRefused(
          "The key in %s does not belong to the first certificate in %s: name the key that it was made with."
              .formatted(key, chain));
    }
    X509Certificate own = certificates.getFirst();
    if (now.isAfter(read.end()) || now.isBefore(own.getNotBefore().toInstant())) {
      throw new CertificateRefused(
          "The certificate in %s holds from %s to %s only: have it renewed."
              .formatted(chain, own.getNotBefore().toInstant(), read.end()));
    }
    return read;
  }

  private static List<X509Certificate> certificates(Path file) throws CertificateRefused {
    List<X509Certificate> found = new ArrayList<>();
    try {
      // Text between certificates is common, and a key may stand beside them.
      Matcher each =
          Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
              .matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      while (each.find()) {
        byte[] text = each.group().getBytes(StandardCharsets.ISO_8859_1);
        for (Certificate read : factory.generateCertificates(new ByteArrayInputStream(text))) {
          found.add((X509Certificate) read);
        }
      }
    } catch (IOException | CertificateException unreadable) {
      throw new CertificateRefused(
          "The certificate in %s cannot be read: %s.".formatted(file, said(unreadable)),
          unreadable);
    }
    if (found.isEmpty()) {
      throw new CertificateRefused(
          "There is no certificate in %s: expected is PEM, which has a line 'BEGIN CERTIFICATE'."
              .formatted(file));
    }
    return found;
  }

  private static PrivateKey privateKey(Path file, String algorithm) throws CertificateRefused {
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        throw new CertificateRefused(
            "The key in %s may be read by everybody: chmod 600 it.".formatted(file));
      }
      Matcher key = KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
      if (!key.find()) {
        throw new CertificateRefused(
            "There is no open PKCS #8 key in %s: 'openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW' makes one of any other."
                .formatted(file));
      }
      byte[] bytes = Base64.getMimeDecoder().decode(key.group(1));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException unreadable) {
      throw new CertificateRefused(
          "The key in %s cannot be read as one of the certificate's kind, %s: %s."
              .formatted(file, algorithm, said(unreadable)),
          unreadable);
    }
  }

  /// The message of a missing file is only its name.
  private static String said(Exception failure) {
    return failure instanceof IOException
        ? failure.getClass().getSimpleName() + ": " + failure.getMessage()
        : String.valueOf(failure.getMessage());
  }

  /// Whether what the key signs is what the certificate proves.
  private boolean belongsTogether() {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm(); // the others sign under their own name
        };
    byte[] text = "ebb".getBytes(StandardCharsets.US_ASCII);
    try {
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(text);
      byte[] signed = signing.sign();
      signing.initVerify(chain.getFirst());
      signing.update(text);
      return signing.verify(signed);
    } catch (GeneralSecurityException another) {
      return false;
    }
  }

  Instant end() {
    return chain.getFirst().getNotAfter().toInstant();
  }

  /// Whether it ends within a while.
  public boolean endsWithin(Duration duration, Instant now) {
    return end().isBefore(now.plus(duration));
  }

  /// SHA-256 of the certificate, in hexadecimal digits: clients of the home know it by this.
  public String fingerprint() {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(chain.getFirst().getEncoded()));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
