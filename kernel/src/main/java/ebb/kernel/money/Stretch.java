package ebb.kernel.money;

import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.SegmentKind;

/// What a node has done since its meter last changed. It becomes a segment when it ends.
///
/// @param payer the job that pays; [JobId#NONE]: the cluster
public record Stretch(JobId payer, SegmentKind kind, long from, Rates rates) {}
