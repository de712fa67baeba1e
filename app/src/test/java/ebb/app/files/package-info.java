/// Tests of how files of others are opened and removed.
package ebb.app.files;
