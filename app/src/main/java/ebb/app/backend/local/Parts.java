package ebb.app.backend.local;

import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;

/// What the two threads share.
record Parts(
    LocalOptions options,
    InstantSource wall,
    BlockingQueue<InstructionThread.Item> queue,
    AgentLink link,
    Acknowledgements acknowledgements,
    Inventory inventory,
    NodeClaims nodes,
    TaskOrders orders) {}
