package ebb.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A `commandJob` file of Azure ML's second command line as the body that its REST paths take. What
/// it names on this machine is sent first; a property that asks for something that is not done is
/// refused by its name.
final class JobFile {
  private static final Pattern LOCAL = Pattern.compile("(?!azureml:|[a-z][a-z0-9+.-]*://).+");

  private final Path folder;
  private final ObjectNode file;
  private final Uploads uploads;
  private final ObjectNode job = JsonNodeFactory.instance.objectNode();

  /// What is sent, and named in the job, once nothing else stands in its way.
  private final List<Runnable> sending = new ArrayList<>();

  private JobFile(Path folder, ObjectNode file, Uploads uploads) {
    this.folder = folder;
    this.file = file;
    this.uploads = uploads;
  }

  /// The `properties` of the job that a file asks for.
  ///
  /// @param folder what relative paths start from
  /// @param judge refuses a job that would be refused; asked before anything large is sent, with
  ///   the job as it is without that
  static ObjectNode properties(
      Path folder, ObjectNode file, Uploads uploads, Consumer<ObjectNode> judge) {
    JobFile read = new JobFile(folder, file, uploads);
    ObjectNode job = read.read();
    if (!read.sending.isEmpty()) {
      judge.accept(job);
      read.sending.forEach(Runnable::run);
    }
    return job;
  }

  private ObjectNode read() {
    String type = text(file, "type", "command");
    if (!type.equalsIgnoreCase("command")) {
      throw Failed.unreadable("jobs of type '" + type + "' are not run so far: type command is.");
    }
    if (file.path("command").isContainer()) {
      throw Failed.unreadable(
          "the property 'command' is one text for /bin/sh, and no list: write command: python train.py --rate 0.1");
    }
    if (text(file, "command", "").isBlank()) {
      throw Failed.unreadable("the file names no command.");
    }
    job.put("jobType", "Command");
    AzShape.JOB.forEach((name, called) -> {
      if (file.hasNonNull(name)) {
        job.set(called, file.get(name));
      }
    });
    code();
    environment();
    inputs();
    outputs();
    compute();
    distribution();
    limits();
    identity();
    endOf(
        file,
        "",
        "$schema name type command code environment inputs outputs compute resources distribution limits identity queue_settings "
            + String.join(" ", AzShape.JOB.keySet()));
    return job;
  }

  private static String text(JsonNode node, String name, String absent) {
    return node.hasNonNull(name) ? node.get(name).asString(absent) : absent;
  }

  /// Whatever is in it beside these names asks for something.
  private static void endOf(JsonNode node, String path, String known) {
    TreeSet<String> unknown = new TreeSet<>(node.propertyNames());
    List<String> names = List.of(known.split(" "));
    unknown.removeAll(names);
    unknown.removeIf(name -> !node.hasNonNull(name));
    if (!unknown.isEmpty()) {
      throw NotHere.property(path, unknown.first(), names);
    }
  }

  private static boolean isLocal(String path) {
    return LOCAL.matcher(path).matches();
  }

  private Path local(String path) {
    return local(folder, path);
  }

  private static Path local(Path folder, String path) {
    return folder.resolve(path.replaceFirst("^file:(//)?", "")).normalize();
  }

  private boolean isLocalJob() {
    return LocalJob.is(text(file, "compute", ""));
  }

  /// The folder of code that a file names; null if it names none.
  static @Nullable Path codeOf(Path folder, ObjectNode file) {
    String code = text(file, "code", "");
    return code.isEmpty() ? null : local(folder, code);
  }

  private void code() {
    String code = text(file, "code", "");
    if (code.isEmpty()) {
      return;
    }
    if (!isLocal(code)) {
      throw Failed.unreadable(
          "code is a folder of this machine, and not '" + code + "': fetch it there first.");
    }
    if (!isLocalJob()) { // which copies it itself
      sending.add(() -> job.put("codeId", uploads.code(local(code))));
    }
  }

  /// A name, or an environment that is written into the file.
  private void environment() {
    JsonNode environment = file.path("environment");
    if (environment.isString()) {
      String name = environment.asString();
      if (name.startsWith("file:")) {
        Path place = local(name);
        job.put(
            "environmentId",
            uploads.environment(EnvironmentFile.properties(parent(place), Yaml.read(place))));
      } else {
        job.put("environmentId", name);
      }
    } else if (environment instanceof ObjectNode written) {
      job.put("environmentId", uploads.environment(EnvironmentFile.properties(folder, written)));
    }
  }

  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file : parent;
  }

  private void inputs() {
    if (!(file.path("inputs") instanceof ObjectNode inputs)) {
      return;
    }
    ObjectNode sent = job.putObject("inputs");
    inputs.forEachEntry((name, input) -> {
      if (input instanceof ObjectNode files) {
        sent.set(name, input("inputs." + name + ".", files));
      } else {
        sent.putObject(name).put("jobInputType", "literal").put("value", input.asString(""));
      }
    });
  }

  private ObjectNode input(String at, ObjectNode files) {
    endOf(files, at, "type path mode description");
    String path = text(files, "path", "");
    if (path.isEmpty()) {
      throw Failed.unreadable("the input '" + at + "path' is missing.");
    }
    String type = text(files, "type", isFile(path) ? "uri_file" : "uri_folder");
    ObjectNode sent = JsonNodeFactory.instance.objectNode();
    if (isLocalJob() && isLocal(path)) {
      Path here = local(path).toAbsolutePath();
      if (!Files.exists(here)) {
        throw Failed.unreadable("'" + here + "', the input '" + at + "path', is not there.");
      }
      return sent.put("jobInputType", "literal").put("value", here.toString());
    }
    if (!isLocal(path)) {
      return ofFiles(sent, type, path, files);
    }
    sending.add(() -> ofFiles(sent.removeAll(), type, uploads.input(local(path)), files));
    return sent.put("jobInputType", "literal").put("value", path); // stands in until it is there
  }

  private static ObjectNode ofFiles(ObjectNode sent, String type, String uri, ObjectNode files) {
    sent.put("jobInputType", type).put("uri", uri);
    if (files.hasNonNull("mode")) {
      sent.put("mode", AzShape.mode(text(files, "mode", "")));
    }
    return sent;
  }

  private boolean isFile(String path) {
    return isLocal(path) && Files.isRegularFile(local(path));
  }

  private void outputs() {
    if (!(file.path("outputs") instanceof ObjectNode outputs)) {
      return;
    }
    ObjectNode sent = job.putObject("outputs");
    outputs.forEachEntry((name, output) -> {
      endOf(output, "outputs." + name + ".", "type path mode description");
      ObjectNode each =
          sent.putObject(name).put("jobOutputType", text(output, "type", "uri_folder"));
      if (output.hasNonNull("path")) {
        each.put("uri", text(output, "path", ""));
      }
      if (output.hasNonNull("mode")) {
        each.put("mode", AzShape.mode(text(output, "mode", "")));
      }
    });
  }

  private void compute() {
    String compute = text(file, "compute", "");
    if (!compute.isEmpty()) {
      job.put("computeId", isLocalJob() ? "local" : compute);
    }
    JsonNode resources = file.path("resources");
    endOf(resources, "resources.", "instance_count instance_type shm_size properties");
    ObjectNode sent = job.putObject("resources");
    copy(resources, "instance_count", sent, "instanceCount");
    if (resources.path("instance_type").isArray()) {
      Iterator<JsonNode> first = resources.path("instance_type").iterator();
      if (first.hasNext()) {
        sent.put("instanceType", first.next().asString(""));
      }
    } else {
      copy(resources, "instance_type", sent, "instanceType");
    }
    copy(resources, "shm_size", sent, "shmSize");
    copy(resources, "properties", sent, "properties");
    JsonNode queue = file.path("queue_settings");
    endOf(queue, "queue_settings.", "job_tier");
    if (queue.hasNonNull("job_tier")) {
      job.putObject("queueSettings").put("jobTier", text(queue, "job_tier", ""));
    }
  }

  private static void copy(JsonNode from, String name, ObjectNode to, String called) {
    if (from.hasNonNull(name)) {
      to.set(called, from.get(name));
    }
  }

  private void distribution() {
    JsonNode distribution = file.path("distribution");
    if (!distribution.isObject()) {
      return;
    }
    endOf(
        distribution,
        "distribution.",
        "type process_count_per_instance worker_count parameter_server_count");
    ObjectNode sent = job.putObject("distribution");
    copy(distribution, "type", sent, "distributionType");
    copy(distribution, "process_count_per_instance", sent, "processCountPerInstance");
    copy(distribution, "worker_count", sent, "workerCount");
    copy(distribution, "parameter_server_count", sent, "parameterServerCount");
  }

  private void limits() {
    JsonNode limits = file.path("limits");
    endOf(limits, "limits.", "timeout");
    if (limits.hasNonNull("timeout")) {
      job.putObject("limits")
          .put("jobLimitsType", "Command")
          .put("timeout", "PT" + limits.get("timeout").asString("") + "S");
    }
  }

  private void identity() {
    JsonNode identity = file.path("identity");
    if (identity.isObject()) {
      String type = text(identity, "type", "");
      job.putObject("identity")
          .put(
              "identityType",
              switch (type.toLowerCase(Locale.ROOT)) {
                case "managed", "managed_identity" -> "Managed";
                case "user", "user_identity" -> "UserIdentity";
                default -> "AMLToken";
              });
    }
  }

  /// The name that the file gives the job; null if it gives none.
  static @Nullable String name(ObjectNode file) {
    return file.hasNonNull("name") ? file.get("name").asString("") : null;
  }
}
