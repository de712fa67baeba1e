/// The keys of the configuration: their defaults, their document, and what an unfit value is told.
package ebb.app.config;
