/// Tests of the snapshots that jobs start in.
package ebb.app.code;
