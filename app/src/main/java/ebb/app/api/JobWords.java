package ebb.app.api;

import ebb.app.environment.Environments;
import ebb.app.specification.Specification;
import ebb.app.specification.SpecificationStore;
import ebb.app.specification.SpecificationStoreFailure;
import ebb.kernel.protocol.Description;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// What is said about a job and makes no difference to it, in Azure's words: this alone may change
/// once it is submitted. Words that are not those of the submission are stored by their hash, as
/// specifications are.
final class JobWords {
  private static final String DISPLAY_NAME = "displayName";
  private static final String DESCRIPTION = "description";
  private static final String TAGS = "tags";
  private static final String PROPERTIES = "properties";
  private static final List<String> NAMES = List.of(DESCRIPTION, DISPLAY_NAME, PROPERTIES, TAGS);

  private JobWords() {}

  /// Those among the properties of a job.
  static ObjectNode of(ObjectNode properties, String jobName) {
    ObjectNode kept = Json.object(JobResource.of(properties.toString(), jobName));
    ObjectNode words = Json.object();
    for (String name : NAMES) {
      if (kept.has(name)) {
        words.set(name, kept.get(name));
      }
    }
    return words;
  }

  /// The properties of a job with these words in place of its own.
  static ObjectNode put(ObjectNode properties, ObjectNode words) {
    List<String> own =
        properties.propertyNames().stream()
            .filter(name -> NAMES.stream().anyMatch(name::equalsIgnoreCase))
            .toList();
    properties.remove(own);
    return properties.setAll(words);
  }

  /// The properties of a job with what a run's body says in place of its own words: tags and
  /// properties are added to those that there are. Whether it says that lists leave the job out is
  /// for the caller.
  static ObjectNode merged(ObjectNode shown, ArmBody body) throws Bodies.Unfit {
    ObjectNode next = shown.deepCopy();
    for (String name : List.of(DISPLAY_NAME, DESCRIPTION)) {
      String text = body.text(name);
      if (text != null) {
        next.put(name, text);
      }
    }
    for (String name : List.of(TAGS, PROPERTIES)) {
      TreeMap<String, String> added = body.texts(name);
      if (!added.isEmpty()) {
        ObjectNode all = next.path(name) instanceof ObjectNode there ? there : next.putObject(name);
        added.forEach(all::put);
      }
    }
    return next;
  }

  static Specification stored(ObjectNode words) {
    Specification nothing = Specification.ofArguments(List.of(), Map.of());
    return nothing.withResource(words.toString());
  }

  /// The properties of a job as they are said now. Words that were erased are those of the
  /// submission again.
  static ObjectNode said(
      ObjectNode properties, Description description, SpecificationStore specifications) {
    if (description.wordsHash().isEmpty()) {
      return properties;
    }
    try {
      Optional<Specification> stored = specifications.find(description.wordsHash());
      return stored.isEmpty() ? properties : put(properties, Json.object(stored.get().resource()));
    } catch (SpecificationStoreFailure unreadable) {
      return properties;
    }
  }

  // What must be the same.

  /// The name of an environment, however it is referred to: by its address, or as
  /// `azureml:NAME:VERSION`.
  static String environmentName(ObjectNode properties) {
    String reference = properties.path("environmentId").asString("");
    if (reference.isEmpty() || Environments.isHost(reference)) {
      return "";
    }
    return reference
        .replaceFirst("(?i)^.*/environments/", "")
        .replaceFirst("(?i)^azureml:", "")
        .replaceFirst("(?i)/(versions|labels)/", ":");
  }

  /// Azure's name of the experiment of a job that names none.
  static final String DEFAULT_EXPERIMENT = "Default";

  static String experiment(ObjectNode properties) {
    return properties.path("experimentName").asString(DEFAULT_EXPERIMENT);
  }
}
