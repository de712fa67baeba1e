/// Parts of the HTTP surface that cannot be waited for through a whole server.
package ebb.app.api;
