/// Keeps processes alive while servers come and go. Knows nothing of jobs.
package ebb.agent;
