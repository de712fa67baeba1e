/// Tests of assets that are kept in versions.
package ebb.app.asset;
