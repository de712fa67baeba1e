package ebb.app.identity;

import ebb.app.files.DurableFile;
import ebb.kernel.protocol.Actor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// The secret that lets a person on this machine in: random, made at the first start, in a file
/// that only the server's user can read. Whoever can read the file is that user, or root.
public final class AccessToken {
  /// 256 bits: not to be guessed.
  private static final int BYTES = 32;

  /// In the file, where six bits are a letter.
  private static final int LENGTH = (BYTES * 8 + 5) / 6;

  private static final String SCHEME = "Bearer ";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final byte[] secret;
  private final String principal;

  private AccessToken(byte[] secret, String principal) {
    this.secret = secret;
    this.principal = principal;
  }

  /// Where the token is below a home.
  public static Path file(Path home) {
    return home.resolve("token");
  }

  /// Reads the token below `home`, making it first if there is none. Whoever sends it acts as
  /// `principal`.
  ///
  /// @throws IOException with what to do about it, also when others could read the file
  public static AccessToken at(Path home, String principal) throws IOException {
    Path file = file(home);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      create(file);
    }
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || !OWNER_ONLY.containsAll(permissions)) {
      throw new IOException(
          file
              + " may be read by others ("
              + PosixFilePermissions.toString(permissions)
              + "): whoever reads it is let in. Delete it and start again: a new one is made.");
    }
    String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (text.length() < LENGTH) {
      throw new IOException(
          file + " holds no whole token: delete it and start again: a new one is made.");
    }
    return new AccessToken(text.getBytes(StandardCharsets.US_ASCII), principal);
  }

  /// The file appears at once with all of its content, and never replaces another: two servers that
  /// start together agree on one token.
  private static void create(Path file) throws IOException {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
    Path draft =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            "token.",
            ".new",
            PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try {
      write(draft, text);
      Files.createLink(file, draft);
      DurableFile.syncFolder(file);
    } catch (FileAlreadyExistsException another) {
      return; // made by a server that started at the same moment
    } finally {
      Files.delete(draft);
    }
  }

  /// On the disk before it has its name: a name without content after a loss of power would be a
  /// token that nobody has.
  private static void write(Path draft, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /// Who sent this `Authorization` header, from the address given; empty if it is not our token.
  public Optional<Actor> actor(@Nullable String authorization, String from) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    String sent = authorization.substring(SCHEME.length()).strip();
    return is(sent) ? Optional.of(new Actor(principal, "", from)) : Optional.empty();
  }

  /// Whether this is the token.
  public boolean is(String sent) {
    return MessageDigest.isEqual(secret, sent.getBytes(StandardCharsets.ISO_8859_1));
  }

  /// What only a holder of the token can make of a text.
  String proof(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// The token's principal, if the proof is that of the text.
  Optional<Actor> provenActor(String text, String proof, String from) {
    return MessageDigest.isEqual(
            proof(text).getBytes(StandardCharsets.US_ASCII),
            proof.getBytes(StandardCharsets.ISO_8859_1))
        ? Optional.of(new Actor(principal, "", from))
        : Optional.empty();
  }
}
