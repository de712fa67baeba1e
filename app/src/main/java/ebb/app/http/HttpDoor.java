package ebb.app.http;

import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Serves HTTP on the loopback address: a virtual thread for each connection, one handler for every
/// path.
public final class HttpDoor {
  private static final System.Logger LOG = System.getLogger(HttpDoor.class.getName());

  /// What is answered where a fault of ours keeps the handler from it, but for the words.
  public static final Response FAULT = Response.empty(500).refusing("InternalServerError");

  /// How long answers that are under way may take when the server stops.
  private static final Duration STOP_GRACE = Duration.ofSeconds(5);

  /// Many requests wait for the engine at once, each for one batch.
  private static final int BACKLOG = 1_024;

  private static final String FIRST_LINE =
      "its first line must be a method, a path and HTTP/1.1, with two hexadecimal digits after each"
          + " % of the path (%25 is a percent sign)";

  /// The names of headers that are asked for, as the library has them: they stand in the code, so
  /// there is a handful.
  private static final Map<String, HeaderName> NAMES = new ConcurrentHashMap<>();

  private final int wanted;
  private final WebServer server;
  private final AtomicLong incidents = new AtomicLong();
  private final Unserved unserved;
  private volatile Handler handler;

  /// What is shown for TLS: a certificate with those that vouch for it, and its key.
  public record Certificate(PrivateKey key, List<X509Certificate> chain) {
    private Tls tls() {
      return Tls.builder().privateKey(key).privateKeyCertChain(chain).build();
    }
  }

  /// What connections may take.
  ///
  /// @param connections how many there may be at once; more wait to be accepted
  /// @param silence how long one that is to say something may be silent before it is closed: before
  ///   a request, within its first line, its headers or its body
  public record Limits(int connections, Duration silence) {}

  /// `port` 0 takes any free one; without a certificate it serves plain HTTP.
  public HttpDoor(int port, Limits limits, @Nullable Certificate certificate, Unserved unserved) {
    this.wanted = port;
    this.unserved = unserved;
    this.handler = _ -> unserved.answer(Unserved.NOT_READY, "");
    this.server =
        WebServer.builder()
            .address(InetAddress.getLoopbackAddress())
            .port(port)
            .backlog(BACKLOG)
            .maxTcpConnections(limits.connections())
            .shutdownHook(false)
            .shutdownGracePeriod(STOP_GRACE)
            .useNio(false) // a read of a channel has no time limit
            .connectionOptions(new TimedSockets(limits.silence()))
            .tls(certificate == null ? Tls.builder().enabled(false).build() : certificate.tls())
            .directHandlers(this::refuseUnreadable)
            .errorHandling(errors -> errors.includeEntity(true)) // why, in the library's words
            .routing(routing -> routing.any(this::serve))
            .build();
  }

  /// Else the library answers these, without a word.
  private void refuseUnreadable(DirectHandlers.Builder handlers) {
    DirectHandler unreadable =
        (_, _, status, _, why) -> direct(unserved.answer(status.code(), why(why)));
    // What was thrown may name what is nobody's business; the library's log has it.
    DirectHandler fault = (_, _, _, _, _) -> direct(fault("The server's log says why."));
    handlers
        .addHandler(DirectHandler.EventType.BAD_REQUEST, unreadable)
        .addHandler(DirectHandler.EventType.HTTP_VERSION_NOT_SUPPORTED, unreadable)
        .addHandler(DirectHandler.EventType.INTERNAL_ERROR, fault)
        .addHandler(DirectHandler.EventType.OTHER, fault);
  }

  /// Where the library might repeat what was sent, it refers to a log in place of saying why.
  private static String why(String said) {
    return said.startsWith("Bad request, see server log")
        ? FIRST_LINE
        : said.replace("in % encoding", "after % (%25 is a percent sign)");
  }

  private static DirectHandler.TransportResponse direct(Response response) {
    DirectHandler.TransportResponse.Builder answer =
        DirectHandler.TransportResponse.builder()
            .status(Status.create(response.status()))
            .keepAlive(false);
    if (response.body() instanceof Response.Whole whole) {
      answer.header(HeaderNames.CONTENT_TYPE, whole.contentType()).entity(whole.bytes());
    }
    return answer.build();
  }

  /// Takes the port; until [#open] everything is answered as not ready.
  ///
  /// @throws IOException if the port cannot be had
  public void listen() throws IOException {
    // A server of Helidon's that cannot have its port says so in its log alone, and goes on.
    requireFree(wanted);
    server.start();
    if (port() < 0) {
      throw new BindException("somebody has taken it meanwhile");
    }
  }

  /// Tries to take a port, and lets go of it.
  ///
  /// @param port 0 is any, and free
  /// @throws IOException if somebody has the port
  public static void requireFree(int port) throws IOException {
    try (ServerSocket trial = new ServerSocket()) {
      trial.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
  }

  public int port() {
    return server.port();
  }

  /// Answers with this handler from now on.
  public void open(Handler answering) {
    handler = answering;
  }

  /// Shows this certificate to whoever connects from now on.
  public void renew(Certificate certificate) {
    server.reloadTls(certificate.tls());
  }

  public void close() {
    server.stop();
  }

  private void serve(ServerRequest asked, ServerResponse answer) {
    List<String> segments = Path.segments(asked.path().rawPath());
    Response response;
    try {
      response =
          segments == null
              ? unserved.answer(400, FIRST_LINE)
              : handler.handle(
                  new Request(
                      asked.prologue().method().text(),
                      segments,
                      asked.remotePeer().host(),
                      new HelidonSource(asked)));
    } catch (Unread unread) {
      if (unread.isOver()) {
        throw new CloseConnectionException(unread.why(), unread);
      }
      // What follows is not read: nobody knows where the next request begins.
      response = unserved.answer(400, unread.why()).with("Connection", "close");
    } catch (RuntimeException bug) {
      response = broken(bug);
    }
    send(response, answer);
  }

  private Response broken(RuntimeException bug) {
    String incident = "http-" + incidents.incrementAndGet();
    LOG.log(Level.ERROR, "incident " + incident + " while answering a request", bug);
    return fault("Its log has the details under incident " + incident + ".");
  }

  private static Response fault(String whereToLook) {
    String body =
        "{\"error\":{\"code\":\"%s\",\"message\":\"The server failed to answer. %s\"}}"
            .formatted(FAULT.code(), whereToLook);
    return Response.of(FAULT.status(), "application/json", body.getBytes(StandardCharsets.UTF_8));
  }

  private static void send(Response response, ServerResponse answer) {
    answer.status(Status.create(response.status()));
    for (Response.Header header : response.headers()) {
      answer.header(header.name(), header.value());
    }
    switch (response.body()) {
      case Response.Whole whole -> {
        if (whole.bytes().length == 0) {
          answer.send();
        } else {
          answer.header(HeaderNames.CONTENT_TYPE, whole.contentType());
          answer.send(whole.bytes());
        }
      }
      case Response.Streamed(String contentType, Response.Writing writing) -> {
        answer.header(HeaderNames.CONTENT_TYPE, contentType);
        try (OutputStream out = answer.outputStream()) {
          writing.to(out);
        } catch (IOException gone) {
          throw new UncheckedIOException(gone);
        }
      }
    }
  }

  private record HelidonSource(ServerRequest asked) implements Request.Source {
    @Override
    public @Nullable String header(String name) {
      return asked.headers().value(NAMES.computeIfAbsent(name, HeaderNames::create)).orElse(null);
    }

    @Override
    public @Nullable String query(String name) {
      return asked.query().contains(name) ? asked.query().get(name) : null;
    }

    @Override
    public Set<String> words() {
      return asked.query().names();
    }

    @Override
    public byte @Nullable [] body(int mostBytes) {
      if (!asked.content().hasEntity()) {
        return new byte[0];
      }
      OptionalLong said = asked.headers().contentLength();
      if (said.orElse(0) > mostBytes) {
        return null;
      }
      // As much room as was said to come: of its own, a stream takes room for 16 KiB.
      int most = said.isPresent() ? (int) said.getAsLong() : mostBytes + 1;
      try {
        byte[] bytes = stream().readNBytes(most);
        return bytes.length > mostBytes ? null : bytes;
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }

    @Override
    public boolean isSecure() {
      return asked.isSecure();
    }

    @Override
    public InputStream stream() {
      return asked.content().hasEntity()
          ? new BodyStream(asked.content().inputStream())
          : InputStream.nullInputStream();
    }
  }
}
