/// What a server and an agent say to each other, and the bytes of it.
///
/// Values only: [TaskOrder] is what is asked, [RecordEntry] with its [Fact] is what happened. The
/// same bytes of an entry stand in the record file and on the socket, so that following costs no
/// translation. Every structure may grow at its end: readers ignore what they do not know, and what
/// an older peer did not send is read as absent. The page `docs/agent-protocol.md` is the contract.
package ebb.agent.protocol;
