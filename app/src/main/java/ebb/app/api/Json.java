package ebb.app.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import ebb.app.http.Response;
import java.math.BigDecimal;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// JSON as Ebb's own surface has it: strict about what it takes (a field that nobody knows is an
/// error and not ignored, because it was meant to do something), plain in what it gives.
final class Json {
  /// Deeper than any request of ours.
  private static final int DEPTH = 20;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT) // it would cut the fraction off
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  private Json() {}

  /// A body that was read, or what is wrong with it.
  sealed interface Read<T> {}

  record Good<T>(T value) implements Read<T> {}

  record Bad<T>(String message) implements Read<T> {}

  static <T> Read<T> read(byte[] body, Class<T> type) {
    if (body.length == 0) {
      return new Bad<>("The request has no body: a JSON object is expected.");
    }
    try {
      T value = MAPPER.readValue(body, type);
      return value == null ? new Bad<>("The body is null.") : new Good<>(value);
    } catch (UnrecognizedPropertyException unknown) {
      return new Bad<>(
          "There is no field '%s': there are %s."
              .formatted(unknown.getPropertyName(), unknown.getKnownPropertyIds()));
    } catch (MismatchedInputException unfit) {
      return new Bad<>(
          path(unfit).isEmpty()
              ? "The body must be a JSON object."
              : "The field '%s' must be %s.".formatted(path(unfit), expected(unfit)));
    } catch (DatabindException wrong) {
      return new Bad<>("The field '%s' cannot be read.".formatted(path(wrong)));
    } catch (JacksonException malformed) {
      TokenStreamLocation at = malformed.getLocation();
      return new Bad<>(
          at == null
              ? "The body is no JSON."
              : "The body is no JSON: see line %d, column %d."
                  .formatted(at.getLineNr(), at.getColumnNr()));
    }
  }

  /// What a field takes, in words for whoever wrote the body.
  private static String expected(MismatchedInputException unfit) {
    Class<?> type = unfit.getTargetType();
    if (type == Integer.class) {
      return "a whole number, without quotes";
    }
    if (type == BigDecimal.class) {
      return "a number, without quotes";
    }
    if (type == Boolean.class) {
      return "true or false";
    }
    return type == String.class ? "a text" : "of another shape: docs/api.md shows it";
  }

  private static String path(DatabindException wrong) {
    StringBuilder path = new StringBuilder();
    wrong.getPath().forEach(step -> path.append('.').append(step.getPropertyName()));
    return path.isEmpty() ? "" : path.substring(1);
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /// An object that was written as a text before.
  static ObjectNode object(String text) {
    return (ObjectNode) MAPPER.readTree(text);
  }

  static byte[] bytes(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  static Response answer(int status, Object value) {
    return Response.of(status, "application/json", bytes(value));
  }

  /// The answer to a request that cannot be done, in the envelope that Azure's clients read.
  static Response refusal(Reason reason) {
    return refusal(
        reason.status(),
        reason.code(),
        reason.message(),
        reason.target(),
        reason.numbers(),
        reason.retryAfterSeconds());
  }

  static Response refusal(int status, String code, String message) {
    return refusal(status, code, message, "", Map.of(), 0);
  }

  static Response busy(int status, String code, String message, int retryAfterSeconds) {
    return refusal(status, code, message, "", Map.of(), retryAfterSeconds);
  }

  private record ErrorEnvelope(ErrorBody error) {}

  private record ErrorBody(
      String code,
      String message,
      @org.jspecify.annotations.Nullable String target,
      java.util.List<Object> details,
      java.util.List<Additional> additionalInfo) {}

  private record Additional(String type, Map<String, Object> info) {}

  private static Response refusal(
      int status,
      String code,
      String message,
      String target,
      Map<String, Object> numbers,
      int retryAfterSeconds) {
    java.util.List<Additional> additional =
        numbers.isEmpty() ? java.util.List.of() : java.util.List.of(new Additional(code, numbers));
    ErrorBody error =
        new ErrorBody(
            code, message, target.isEmpty() ? null : target, java.util.List.of(), additional);
    Response response = answer(status, new ErrorEnvelope(error)).refusing(code);
    return retryAfterSeconds == 0
        ? response
        : response.with("Retry-After", String.valueOf(retryAfterSeconds));
  }
}
