/// The store of specifications on a real file.
package ebb.app.specification;
