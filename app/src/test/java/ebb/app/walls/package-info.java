/// The walls that need to see every module: sources, imports, documents. Each rule stands in
/// STYLE.md, and each is proven on a planted violation.
package ebb.app.walls;
