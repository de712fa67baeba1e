package ebb.app.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/// How far a long-running operation has come. Clients compare `status` with case: Succeeded, Failed
/// and Canceled end it.
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Operation(
    String id, String name, String status, Compute.@Nullable ProblemDetail error) {}
