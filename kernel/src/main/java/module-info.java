/// The kernel decides. It requires nothing but java.base, so that it cannot reach a database, a
/// server or a logger; what java.base itself offers of clocks, threads and files is refused by
/// `WallsTest`.
module ebb.kernel {
  exports ebb.kernel.protocol;
}
