package ebb.app.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of a list. The last page has no `nextLink` at all: azureml-core asks again for one that
/// is null.
public record Page(
    List<?> value, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String nextLink) {}
