/// Collections that the kernel needs and Java lacks: fast, and walked in an order that depends on
/// content only.
///
/// [IdMap] holds what there is by id, [HashedMap] by name, [SortedBlocks] what is walked from its
/// first entry on.
package ebb.kernel.collection;
