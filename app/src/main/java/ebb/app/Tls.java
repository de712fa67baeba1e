package ebb.app;

import ebb.app.certificate.CertificateRefused;
import ebb.app.certificate.SelfSigned;
import ebb.app.certificate.ServerCertificate;
import ebb.app.config.Config;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// The certificate that a server shows, and whoever replaces it while the server runs: its files
/// are looked at every hour, so that one that was renewed is shown without a new start.
final class Tls implements Runnable {
  private static final System.Logger LOG = System.getLogger(Tls.class.getName());

  private static final Duration EVERY = Duration.ofHours(1);

  /// Those who renew certificates for others do it a month before the end.
  private static final Duration SOON = Duration.ofDays(14);

  /// Told of a certificate that is to be shown from now on.
  interface Shown {
    void show(ServerCertificate certificate) throws IOException;
  }

  private final Config.Tls wanted;
  private final Path home;
  private final Shown shown;
  private ServerCertificate current;

  private Tls(Config.Tls wanted, Path home, ServerCertificate current, Shown shown) {
    this.wanted = wanted;
    this.home = home;
    this.current = current;
    this.shown = shown;
  }

  /// The certificate as it is now.
  static ServerCertificate read(Config.Tls wanted, Path home) throws ServerRefused {
    try {
      return look(wanted, home);
    } catch (CertificateRefused refused) {
      throw new ServerRefused(String.valueOf(refused.getMessage()), refused);
    }
  }

  private static ServerCertificate look(Config.Tls wanted, Path home) throws CertificateRefused {
    return wanted.isSelfSigned()
        ? SelfSigned.at(home, Instant.now())
        : ServerCertificate.read(
            Path.of(wanted.certificate()), Path.of(wanted.key()), Instant.now());
  }

  /// Looks at the files until it is interrupted.
  static Thread watch(Config.Tls wanted, Path home, ServerCertificate current, Shown shown) {
    return Thread.ofPlatform()
        .name("certificate")
        .daemon()
        .start(new Tls(wanted, home, current, shown));
  }

  @Override
  public void run() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        renew();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void renew() {
    try {
      ServerCertificate found = look(wanted, home);
      if (!found.fingerprint().equals(current.fingerprint())) {
        shown.show(found);
        current = found;
      }
    } catch (CertificateRefused refused) {
      LOG.log(Level.WARNING, "the certificate stays as it is: {0}", refused.getMessage());
    } catch (IOException | RuntimeException failure) {
      LOG.log(Level.WARNING, "the certificate is to be shown again in an hour: {0}", failure);
    }
    if (current.endsWithin(SOON, Instant.now())) {
      LOG.log(Level.WARNING, "the certificate ends within {0} days: renew it", SOON.toDays());
    }
  }
}
