package ebb.app.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A `commandJob` file of Azure ML's second command line as the body that its REST paths take. What
/// it names on this machine is sent first; a property that asks for something that is not done is
/// refused by its name.
final class JobFile {
  private static final Pattern LOCAL = Pattern.compile("(?!azureml:|[a-z][a-z0-9+.-]*://).+");

  /// Properties that are values by name.
  private static final List<String> OF_VALUES =
      List.of("tags", "properties", "environment_variables");

  private static final List<String> FILES = List.of("type", "path", "mode", "description");

  private static final List<String> KNOWN =
      Stream.concat(
              Stream.of(
                  "$schema",
                  "name",
                  "type",
                  "code",
                  "environment",
                  "inputs",
                  "outputs",
                  "compute",
                  "resources",
                  "distribution",
                  "limits",
                  "identity",
                  "queue_settings"),
              AzShape.JOB.keySet().stream())
          .toList();

  private final Path folder;
  private final Section file;
  private final Uploads uploads;
  private final ObjectNode job = JsonNodeFactory.instance.objectNode();

  /// What is sent, and named in the job, once nothing else stands in its way.
  private final List<Runnable> sending = new ArrayList<>();

  private JobFile(Path folder, ObjectNode file, Uploads uploads) {
    this.folder = folder;
    this.file = Section.of(file);
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
    String type = file.text("type", "command");
    if (!type.equalsIgnoreCase("command")) {
      throw Failed.unreadable("jobs of type '" + type + "' are not run so far: type command is.");
    }
    if (file.hasParts("command")) {
      throw Failed.unreadable(
          "the property 'command' is one text for /bin/sh, and no list: write command: python train.py --rate 0.1");
    }
    if (file.text("command", "").isBlank()) {
      throw Failed.unreadable("the file names no command.");
    }
    file.end(KNOWN);
    job.put("jobType", "Command");
    words();
    compute();
    resources();
    distribution();
    limits();
    identity();
    outputs();
    inputs();
    code();
    environment();
    return job;
  }

  /// What only its name is different of.
  private void words() {
    AzShape.JOB.forEach((name, called) -> {
      if (!file.has(name)) {
        return;
      }
      if (OF_VALUES.contains(name)) {
        job.set(called, file.values(name));
      } else {
        put(job, called, file.text(name));
      }
    });
  }

  private static void put(ObjectNode to, String called, @Nullable String text) {
    if (text != null) {
      to.put(called, text);
    }
  }

  private static void put(ObjectNode to, String called, @Nullable Integer number) {
    if (number != null) {
      to.put(called, number);
    }
  }

  private static boolean isLocal(String path) {
    return LOCAL.matcher(path).matches();
  }

  private Path local(String path) {
    return local(folder, path);
  }

  /// What a property names on this machine; whatever is not there is told before anything is sent.
  private Path there(String path, String property) {
    Path here = local(path);
    if (!Files.exists(here)) {
      throw Failed.unreadable(
          "'%s', the property '%s', is not there.".formatted(here.toAbsolutePath(), property));
    }
    return here;
  }

  private static Path local(Path folder, String path) {
    return folder.resolve(path.replaceFirst("^file:(//)?", "")).normalize();
  }

  private boolean isLocalJob() {
    return LocalJob.is(file.text("compute", ""));
  }

  /// The folder of code that a file names; null if it names none.
  static @Nullable Path codeOf(Path folder, ObjectNode file) {
    String code = Section.of(file).text("code");
    return code == null ? null : local(folder, code);
  }

  private void code() {
    String code = file.text("code");
    if (code == null) {
      return;
    }
    if (!isLocal(code)) {
      throw Failed.unreadable(
          "code is a folder of this machine, and not '" + code + "': fetch it there first.");
    }
    Path folderOfCode = there(code, "code");
    if (!isLocalJob()) { // which copies it itself
      sending.add(() -> job.put("codeId", uploads.code(folderOfCode)));
    }
  }

  /// A name, or an environment that is written into the file.
  private void environment() {
    if (file.hasObject("environment")) {
      job.put(
          "environmentId",
          uploads.environment(EnvironmentFile.properties(folder, file.section("environment"))));
      return;
    }
    String name = file.text("environment");
    if (name != null && name.startsWith("file:")) {
      Path place = local(name);
      Section read = Section.of(Yaml.read(place));
      name = uploads.environment(EnvironmentFile.properties(parent(place), read));
    }
    put(job, "environmentId", name);
  }

  private static Path parent(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file : parent;
  }

  private void inputs() {
    if (!file.has("inputs")) {
      return;
    }
    Section inputs = file.section("inputs");
    ObjectNode sent = job.putObject("inputs");
    for (String name : inputs.names()) {
      if (inputs.hasObject(name)) {
        sent.set(name, input("inputs." + name + ".", inputs.section(name)));
      } else {
        sent.putObject(name).put("jobInputType", "literal").put("value", inputs.text(name, ""));
      }
    }
  }

  private ObjectNode input(String at, Section files) {
    files.end(FILES);
    String path = files.text("path");
    if (path == null) {
      throw Failed.unreadable("the input '" + at + "path' is missing.");
    }
    String type = files.text("type", isFile(path) ? "uri_file" : "uri_folder");
    ObjectNode sent = JsonNodeFactory.instance.objectNode();
    if (isLocalJob() && isLocal(path)) {
      Path here = there(path, at + "path");
      return sent.put("jobInputType", "literal").put("value", here.toAbsolutePath().toString());
    }
    String mode = mode(files);
    if (!isLocal(path)) {
      return ofFiles(sent, type, path, mode);
    }
    Path here = there(path, at + "path");
    requireKind(here, at, type);
    sending.add(() -> ofFiles(sent.removeAll(), type, uploads.input(here), mode));
    return sent.put("jobInputType", "literal").put("value", path); // stands in until it is there
  }

  /// The server would say so only after all was sent.
  private static void requireKind(Path here, String at, String type) {
    boolean isFile = Files.isRegularFile(here);
    boolean fits =
        switch (type.toLowerCase(Locale.ROOT)) {
          case "custom_model" -> true;
          case "uri_file" -> isFile;
          case "uri_folder", "mltable", "mlflow_model", "triton_model" -> !isFile;
          default ->
              throw Failed.unreadable(
                  "'%s' is no '%stype': there are uri_file, uri_folder, mltable, custom_model, mlflow_model and triton_model."
                      .formatted(type, at));
        };
    if (!fits) {
      throw Failed.unreadable(
          "'%s', the property '%spath', is a %s, and not what the type %s says: use %s."
              .formatted(
                  here.toAbsolutePath(),
                  at,
                  isFile ? "file" : "folder",
                  type,
                  isFile ? "uri_file" : "uri_folder"));
    }
  }

  private static ObjectNode ofFiles(
      ObjectNode sent, String type, String uri, @Nullable String mode) {
    put(sent.put("jobInputType", type).put("uri", uri), "mode", mode);
    return sent;
  }

  /// As REST has it; null if none is named.
  private static @Nullable String mode(Section files) {
    String mode = files.text("mode");
    return mode == null ? null : AzShape.mode(mode);
  }

  private boolean isFile(String path) {
    return isLocal(path) && Files.isRegularFile(local(path));
  }

  private void outputs() {
    if (!file.has("outputs")) {
      return;
    }
    Section outputs = file.section("outputs");
    ObjectNode sent = job.putObject("outputs");
    for (String name : outputs.names()) {
      Section output = outputs.section(name);
      output.end(FILES);
      ObjectNode each =
          sent.putObject(name).put("jobOutputType", output.text("type", "uri_folder"));
      put(each, "uri", output.text("path"));
      put(each, "mode", mode(output));
    }
  }

  private void compute() {
    String compute = file.text("compute");
    if (compute != null) {
      job.put("computeId", isLocalJob() ? "local" : compute);
    }
    Section queue = file.section("queue_settings");
    queue.end(List.of("job_tier"));
    String tier = queue.text("job_tier");
    if (tier != null) {
      job.putObject("queueSettings").put("jobTier", tier);
    }
  }

  private void resources() {
    Section resources = file.section("resources");
    resources.end(List.of("instance_count", "instance_type", "shm_size", "properties"));
    ObjectNode sent = job.putObject("resources");
    put(sent, "instanceCount", resources.number("instance_count", 1));
    put(sent, "instanceType", resources.oneText("instance_type"));
    put(sent, "shmSize", resources.text("shm_size"));
    if (resources.has("properties")) {
      sent.set("properties", resources.whole("properties"));
    }
  }

  private void distribution() {
    if (!file.has("distribution")) {
      return;
    }
    Section distribution = file.section("distribution");
    distribution.end(
        List.of("type", "process_count_per_instance", "worker_count", "parameter_server_count"));
    ObjectNode sent = job.putObject("distribution");
    sent.put("distributionType", distribution.required("type"));
    put(sent, "processCountPerInstance", distribution.number("process_count_per_instance", 1));
    put(sent, "workerCount", distribution.number("worker_count", 0));
    put(sent, "parameterServerCount", distribution.number("parameter_server_count", 0));
  }

  private void limits() {
    Section limits = file.section("limits");
    limits.end(List.of("timeout"));
    Integer seconds = limits.seconds("timeout", 1);
    if (seconds != null) {
      job.putObject("limits").put("jobLimitsType", "Command").put("timeout", "PT" + seconds + "S");
    }
  }

  private void identity() {
    if (!file.has("identity")) {
      return;
    }
    Section identity = file.section("identity");
    identity.end(List.of("type", "client_id", "object_id", "msi_resource_id"));
    String type = identity.required("type");
    ObjectNode sent = job.putObject("identity");
    sent.put(
        "identityType",
        switch (type.toLowerCase(Locale.ROOT)) {
          case "managed", "managed_identity" -> "Managed";
          case "user", "user_identity" -> "UserIdentity";
          case "aml_token" -> "AMLToken";
          default ->
              throw Failed.unreadable(
                  "'%s' is no 'identity.type': there are aml_token and user_identity."
                      .formatted(type));
        });
    put(sent, "clientId", identity.text("client_id"));
    put(sent, "objectId", identity.text("object_id"));
    put(sent, "resourceId", identity.text("msi_resource_id"));
  }

  /// The name that the file gives the job; null if it gives none.
  static @Nullable String name(ObjectNode file) {
    return Section.of(file).text("name");
  }
}
