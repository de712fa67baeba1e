/// Short stories of what the fault simulation found, told without its generators, so that they stay
/// what they are when those change. [FoundByFaultsTest] has them all.
package ebb.simulator.scenarios;
