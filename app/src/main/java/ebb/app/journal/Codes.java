package ebb.app.journal;

import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.KeepCause;
import ebb.kernel.protocol.ReleaseCause;
import ebb.kernel.protocol.SegmentKind;
import ebb.kernel.protocol.TaskEnd;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The numbers under which the read tables keep causes and kinds; 0 is none. A constant that is
/// added comes last. They are of no consequence beyond the tables, which are rebuilt when they
/// change.
final class Codes {
  private static final List<EndCause> END_CAUSES = List.of(EndCause.values());
  private static final List<TaskEnd> TASK_ENDS = List.of(TaskEnd.values());
  private static final List<ReleaseCause> RELEASE_CAUSES = List.of(ReleaseCause.values());
  private static final List<SegmentKind> SEGMENT_KINDS = List.of(SegmentKind.values());
  private static final List<KeepCause> KEEP_CAUSES = List.of(KeepCause.values());

  private Codes() {}

  static int of(Enum<?> constant) {
    return constant.ordinal() + 1;
  }

  static @Nullable EndCause endCause(int code) {
    return code == 0 ? null : END_CAUSES.get(code - 1);
  }

  static @Nullable TaskEnd taskEnd(int code) {
    return code == 0 ? null : TASK_ENDS.get(code - 1);
  }

  static @Nullable ReleaseCause releaseCause(int code) {
    return code == 0 ? null : RELEASE_CAUSES.get(code - 1);
  }

  static @Nullable KeepCause keepCause(int code) {
    return code == 0 ? null : KEEP_CAUSES.get(code - 1);
  }

  static SegmentKind segmentKind(int code) {
    return SEGMENT_KINDS.get(code - 1);
  }
}
