/// Tests of what references to environments mean.
package ebb.app.environment;
