/// The door as users meet it: a real server in a JVM of its own, asked over HTTP.
package ebb.app.door;
