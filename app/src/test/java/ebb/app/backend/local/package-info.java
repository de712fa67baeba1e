/// The local backend with a real agent and real processes. [ServerStandIn] plays the server.
package ebb.app.backend.local;
