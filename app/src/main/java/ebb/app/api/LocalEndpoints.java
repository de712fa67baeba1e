package ebb.app.api;

import ebb.app.data.DataAddress;
import ebb.app.environment.Prelude;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.journal.PastJob;
import ebb.app.specification.JobVariables;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStoreFailure;
import ebb.app.specification.Values;
import ebb.app.view.JobSeen;
import ebb.kernel.job.Job;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the machine that has a local job asks and tells: what to run, that it runs, what it writes,
/// that it sends what is left, how it ended. All of it may be said again.
final class LocalEndpoints {
  static final String PATH = JobEndpoints.PATH + "/local";

  /// Longer than what an agent writes behind a stream that has reached its bound.
  private static final int NOTICE_BYTES = 4_096;

  private final JobEndpoints jobs;
  private final Reads reads;
  private final Wishes wishes;
  private final Surface.Parts parts;

  LocalEndpoints(JobEndpoints jobs, Reads reads, Wishes wishes, Surface.Parts parts) {
    this.jobs = jobs;
    this.reads = reads;
    this.wishes = wishes;
    this.parts = parts;
  }

  void addTo(Router<Endpoint> router) {
    router
        .on("POST", PATH, this::order)
        .on("POST", PATH + "/start", this::start)
        .on("PUT", PATH + "/logs?stream&offset", this::logs)
        .on("POST", PATH + "/sending", this::sending)
        .on("POST", PATH + "/end", this::end);
  }

  /// Where things are on the machine that asks.
  ///
  /// @param folder where the command starts
  /// @param environments where packages are kept from one job to the next
  record OrderBody(@Nullable String folder, @Nullable String environments) {}

  record EndBody(
      @Nullable String end,
      @Nullable Integer code,
      @Nullable Long cpuMillis,
      @Nullable Long peakMemoryKibibytes,
      @Nullable Long bytesRead,
      @Nullable Long bytesWritten,
      @Nullable String detail) {}

  /// What to run there.
  record OrderShown(
      List<String> arguments,
      Map<String, String> variables,
      List<String> folders,
      long outputBytes,
      long limitMillis,
      long graceMillis) {}

  /// What a local job cannot be given, for whoever submits it; empty if nothing.
  static Optional<String> fault(Specification specification) {
    if (specification.environment().outsideContainers()
        instanceof Specification.Image(String image)) {
      return Optional.of(
          "the environment '%s' is an image, and a local job has no container: name packages, or a cluster"
              .formatted(image));
    }
    if (!(specification.distribution() instanceof Specification.NotDistributed)) {
      return Optional.of(
          "a local job has one process: leave 'distribution' out, or name a cluster");
    }
    for (Map.Entry<String, Specification.Input> input : specification.inputs().entrySet()) {
      if (input.getValue() instanceof Specification.InputFiles files) {
        return Optional.of(
            "the input '%s' is %s, and a local job reads files of its own machine only: name one, or a cluster"
                .formatted(input.getKey(), DataAddress.told(files.uri())));
      }
    }
    for (Map.Entry<String, Specification.Output> output : specification.outputs().entrySet()) {
      if (!output.getValue().uri().isEmpty()) {
        return Optional.of(
            "the output '%s' goes to a datastore, and a local job's go to the server: leave its path out"
                .formatted(output.getKey()));
      }
    }
    return specification.variables().entrySet().stream()
        .filter(variable -> variable.getValue().startsWith("secret://"))
        .findFirst()
        .map(variable ->
            "the variable '%s' is a secret, and secrets do not leave the server: set it on your machine"
                .formatted(variable.getKey()));
  }

  /// Looks at a local job.
  interface Use {
    Response of(Job job) throws Bodies.Unfit;
  }

  /// The local job, for whoever submitted it.
  Response withLocal(Request request, Actor actor, Use use) {
    return jobs.withJob(
        request,
        actor,
        new JobEndpoints.Cases() {
          @Override
          public Response live(JobSeen seen) throws Bodies.Unfit {
            Job job = seen.job();
            if (!job.submitter().equals(actor.person())) {
              return Json.refusal(
                  Reason.of(
                      new Rejection.NotAuthorized(
                          actor.principal(), Action.WRITE, seen.workspace())));
            }
            if (!job.spec().isLocal()) {
              return Json.refusal(
                  409,
                  "NotLocal",
                  "The job '" + job.name() + "' runs on a cluster of the server's.");
            }
            if (job.phase() instanceof Job.Ended ended) {
              return Json.refusal(Reason.of(new Rejection.AlreadyEnded(job.name(), ended.cause())));
            }
            return use.of(job);
          }

          @Override
          public Response past(PastJob past) {
            return Json.refusal(Reason.of(JobEndpoints.ended(past)));
          }
        });
  }

  private Response order(Request request, Actor actor) {
    return withLocal(
        request,
        actor,
        job ->
            Bounded.body(
                request,
                OrderBody.class,
                body ->
                    order(
                        job,
                        Reads.workspaceScope(request),
                        path(body.folder(), "folder"),
                        path(body.environments(), "environments"))));
  }

  private static Path path(@Nullable String text, String field) throws Bodies.Unfit {
    try {
      return Path.of(Bodies.required(text, field));
    } catch (InvalidPathException unfit) {
      throw new Bodies.Unfit("The field '" + field + "' is no path: " + unfit.getReason() + ".");
    }
  }

  private Response order(Job job, Scope workspace, Path folder, Path environments) {
    Optional<Specification> found;
    try {
      found = parts.specifications().find(job.spec().specHash());
    } catch (SpecificationStoreFailure failure) {
      return Reads.unavailable("StorageUnavailable", "What is to run cannot be read.", failure);
    }
    if (found.isEmpty()) {
      return Json.refusal(409, "SpecificationErased", "What is to run is not known any more.");
    }
    Specification specification = found.get();
    TreeMap<String, String> inputs = new TreeMap<>();
    specification
        .inputs()
        .forEach((name, input) -> {
          if (input instanceof Specification.Literal(String value)) {
            inputs.put(name, value);
          }
        });
    TreeMap<String, String> outputs = new TreeMap<>();
    specification.outputs().forEach((name, output) -> outputs.put(name, place(folder, name)));
    Values values = new Values(inputs, outputs);
    List<String> command = specification.toExecute(values);
    List<String> whole =
        specification.environment().outsideContainers() instanceof Specification.Packages packages
            ? Prelude.before(packages, "", environments, command)
            : command;
    return Json.answer(
        200,
        new OrderShown(
            whole,
            variables(job, workspace, specification, values),
            specification.outputs().entrySet().stream()
                .filter(output -> !output.getValue().type().equals("uri_file"))
                .map(output -> place(folder, output.getKey()))
                .toList(),
            parts.outputs().boundBytes(),
            job.limitMillis(),
            reads.view().rules().settings().graceMillis()));
  }

  private static String place(Path folder, String output) {
    return folder.resolve("outputs").resolve(output).toString();
  }

  private static Map<String, String> variables(
      Job job, Scope workspace, Specification specification, Values values) {
    TreeMap<String, String> variables = new TreeMap<>(specification.variables());
    variables.putAll(JobVariables.task(job.name(), 0, 1));
    variables.putAll(
        JobVariables.workspace(workspace.subscription(), workspace.group(), workspace.workspace()));
    variables.putAll(JobVariables.data(values));
    return variables;
  }

  private Response start(Request request, Actor actor) {
    return wishes.wish(
        request,
        actor,
        new Command.ReportLocalStart(Reads.workspaceScope(request), request.parameter("name")),
        _ -> Response.empty(200));
  }

  private Response sending(Request request, Actor actor) {
    return wishes.wish(
        request,
        actor,
        new Command.ReportLocalSending(Reads.workspaceScope(request), request.parameter("name")),
        _ -> Response.empty(200));
  }

  private Response end(Request request, Actor actor) {
    return Bounded.body(
        request,
        EndBody.class,
        body -> {
          TaskReport report =
              new TaskReport(
                  taskEnd(Bodies.required(body.end(), "end")),
                  Bodies.or(body.code(), 0),
                  Bodies.or(body.cpuMillis(), 0L),
                  Bodies.or(body.peakMemoryKibibytes(), 0L),
                  Bodies.or(body.bytesRead(), 0L),
                  Bodies.or(body.bytesWritten(), 0L),
                  "",
                  shortened(Bodies.or(body.detail(), "")));
          return wishes.wish(
              request,
              actor,
              new Command.ReportLocalEnd(
                  Reads.workspaceScope(request), request.parameter("name"), report),
              _ -> Response.empty(200));
        });
  }

  /// What is said of an end is kept for ever: a sentence, and no log.
  private static String shortened(String detail) {
    return detail.substring(0, Math.min(detail.length(), 500));
  }

  private static TaskEnd taskEnd(String word) throws Bodies.Unfit {
    try {
      return TaskEnd.valueOf(word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      throw new Bodies.Unfit(
          "'%s' is no end: there are %s.".formatted(word, List.of(TaskEnd.values())));
    }
  }

  /// Takes a piece of a stream at its offset; the same piece again changes nothing.
  private Response logs(Request request, Actor actor) {
    byte[] piece = request.body(Bounded.BODY_BYTES); // meanwhile the job may end
    return withLocal(request, actor, job -> keep(request, job, piece));
  }

  private Response keep(Request request, Job job, byte @Nullable [] piece) throws Bodies.Unfit {
    long offset = Query.number(request, "offset", -1, 0, Long.MAX_VALUE);
    if (piece == null || offset < 0) {
      return Reads.badRequest("A piece has at most 1 MiB, and offset says where it begins.");
    }
    boolean isErrors = LogEndpoints.isErrors(request, "");
    Path file = parts.outputs().file(job.id(), 1, 0, isErrors);
    long most = parts.outputs().boundBytes() + NOTICE_BYTES;
    try {
      return write(file, offset, piece, most);
    } catch (IOException failure) {
      return Reads.unavailable("StorageUnavailable", "The log was not kept.", failure);
    }
  }

  /// Keeps the piece as far as the stream may reach; what comes after is not kept.
  private static Response write(Path file, long offset, byte[] piece, long most)
      throws IOException {
    Path parent = file.getParent();
    if (parent != null && !Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          parent,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    try (SeekableByteChannel channel =
        Files.newByteChannel(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      if (offset > channel.size() && channel.size() < most) {
        return Json.refusal(
            409, "LogGap", "There are %d bytes: go on there.".formatted(channel.size()));
      }
      ByteBuffer kept = ByteBuffer.wrap(piece, 0, Math.clamp(most - offset, 0, piece.length));
      channel.position(offset);
      while (kept.hasRemaining()) {
        channel.write(kept);
      }
      return Response.empty(200);
    }
  }
}
