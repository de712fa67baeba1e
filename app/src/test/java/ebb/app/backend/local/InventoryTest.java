package ebb.app.backend.local;

import static ebb.app.backend.local.ServerStandIn.NODE;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.agent.protocol.Listing;
import ebb.kernel.protocol.Command;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// In which order the engine is told of what is here.
class InventoryTest {
  @TempDir Path home;

  @Test
  void nodesThatAreOutOfSightAreSaidToBeSoAgainAfterAListing() throws Exception {
    List<Command.Report> reports = new ArrayList<>();
    Inventory inventory =
        new Inventory(
            Acknowledgements.open(home.resolve("acknowledgements")),
            new TaskEnds(
                Confines.none(TaskUsers.same(null), "not tried"),
                RunFolders.open(home, "test", false),
                _ -> Optional.empty(),
                InstantSource.system()),
            (told, _) -> reports.addAll(told),
            wallMillis -> wallMillis,
            _ -> {});
    inventory.nodesFromBefore(List.of(NODE));

    inventory.outOfSight();
    inventory.list(new Listing(0, List.of(), List.of(), List.of()), 0);

    assertThat(reports)
        .containsExactly(
            new Command.NodeUnreachable(NODE, 0),
            new Command.BackendListed(List.of(NODE), List.of(), 0),
            new Command.NodeUnreachable(NODE, 0));
  }
}
