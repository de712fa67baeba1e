/// The kernel decides. It requires nothing but java.base, so that it cannot reach a database, a
/// server or a logger; what java.base itself offers of clocks, threads and files is refused by the
/// walls' tests.
module ebb.kernel {
  exports ebb.kernel;
  exports ebb.kernel.engine;
  exports ebb.kernel.placement;
  exports ebb.kernel.protocol;
  exports ebb.kernel.quota;
  exports ebb.kernel.money;
  exports ebb.kernel.access;
  exports ebb.kernel.cluster;
  exports ebb.kernel.collection;
  exports ebb.kernel.node;
  exports ebb.kernel.job;
  exports ebb.kernel.codec;
}
