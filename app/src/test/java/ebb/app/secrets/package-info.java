/// Tests of how secrets are hidden.
package ebb.app.secrets;
