/// Tests of the kernel's own collections.
package ebb.kernel.collection;
