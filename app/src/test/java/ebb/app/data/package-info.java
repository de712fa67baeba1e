/// Tests of addresses of data, and of files from the web that many ask for at once.
package ebb.app.data;
