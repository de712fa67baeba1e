package ebb.app.api;

import ebb.app.asset.VersionedAssets;
import ebb.app.code.CodeStore;
import ebb.app.data.Datastores;
import ebb.app.environment.Environments;
import ebb.app.http.Handler;
import ebb.app.http.Router;
import ebb.app.identity.AccessToken;
import ebb.app.identity.OriginGuard;
import ebb.app.identity.SignedAddress;
import ebb.app.journal.History;
import ebb.app.loop.EngineLoop;
import ebb.app.secrets.Secrets;
import ebb.app.specification.SpecificationStore;
import ebb.app.view.View;
import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// The HTTP surface, put together: Ebb's own paths, which `docs/api.md` describes, and Azure's,
/// which `docs/azure.md` does.
///
/// Everything about a workspace is below `/ebb/v1/workspaces/{subscription}/{group}/{workspace}`
/// or, in Azure's words, below `/subscriptions`.
public final class Surface {
  private Surface() {}

  /// Where a task's output is, or will be, and the folder that it runs in.
  public interface Outputs {
    Path file(JobId job, int attempt, int rank, boolean stderr);

    Path folder(JobId job, int attempt, int rank);

    /// The most that is kept of each stream of a task.
    long boundBytes();

    /// The most that the files of a task may take; 0: as much as there is room for.
    int diskMebibytes();

    /// How many bytes a job's folders hold beside what is kept of it.
    long between(JobId job, int attempts, int nodes) throws IOException;

    /// Removes all that an ended job has left.
    void remove(JobId job) throws IOException;
  }

  /// What was removed, or would be.
  ///
  /// @param jobs whose folders had something to remove
  /// @param code snapshots that nobody needs
  /// @param environments those that no job has started with for a month
  /// @param images those that jobs have pulled and none has started with for as long
  public record Freed(Part jobs, Part code, Part environments, Part images) {
    public record Part(int count, long bytes) {}
  }

  /// Removes what ended jobs have left between.
  public interface Cleaning {
    /// How long it is kept if nobody says otherwise.
    Duration keep();

    /// Removes what is older, or only counts it.
    Freed clean(Duration olderThan, boolean really) throws IOException;

    /// Erases what a deleted job ran, unless another job that is not deleted runs the same.
    void erase(JobId deleted) throws IOException;

    /// Erases what has this hash, unless a job that is not deleted runs it or is described by it.
    void eraseUnused(String hash) throws IOException;
  }

  /// What images jobs can have.
  public interface Images {
    /// Why no container can start on one; empty if one can, or nobody knows.
    Optional<String> refusal(String image);
  }

  /// Everything that the surface speaks to.
  ///
  /// @param history the one of the store that is open now: it is another after the journal failed
  public record Parts(
      EngineLoop loop,
      View view,
      Supplier<History> history,
      SpecificationStore specifications,
      CodeStore code,
      Datastores datastores,
      VersionedAssets data,
      VersionedAssets models,
      Environments environments,
      Secrets secrets,
      Images images,
      Outputs outputs,
      Cleaning cleaning) {}

  public static Gate gate(Parts parts, OriginGuard guard, AccessToken token, Gate.Tally tally) {
    Reads reads =
        new Reads(parts.view(), () -> parts.loop().engineMillis(System.currentTimeMillis()));
    Governing governing = new Governing(reads);
    Wishes wishes =
        new Wishes(parts.loop(), "ebb-" + Long.toString(System.currentTimeMillis(), 36) + "-");
    Router<Endpoint> router = new Router<>("ebb", SignedAddress.WORDS);
    Assets assets =
        new Assets(parts.environments(), parts.code(), parts.datastores(), parts.secrets());
    InputAddresses addresses =
        new InputAddresses(parts.view(), parts.code().uploads(), parts.data(), parts.models());
    Submissions submissions = new Submissions(reads, wishes, parts, assets, addresses);
    JobEndpoints jobs = new JobEndpoints(reads, wishes, parts.history(), submissions);
    ServerEndpoints server = new ServerEndpoints(reads, wishes, parts.loop(), tally);
    new WorkspaceEndpoints(reads, wishes).addTo(router);
    new ClusterEndpoints(reads, wishes, parts.history()).addTo(router);
    jobs.addTo(router);
    new DatastoreEndpoints(governing, parts.datastores()).addTo(router);
    new SecretEndpoints(governing, parts.secrets()).addTo(router);
    new CodeEndpoints(reads, parts.code()).addTo(router);
    JobDeletion deletion = new JobDeletion(jobs, wishes, parts.outputs(), parts.cleaning());
    deletion.addTo(router);
    EventStreams streams = new EventStreams(EventStreams.LIFE);
    new JobEvents(jobs, parts.view(), streams).addTo(router);
    // Places of their own: who reads no events has no heartbeat, and keeps one longer.
    EventStreams plain = new EventStreams(EventStreams.LIFE);
    LogEndpoints logs = new LogEndpoints(jobs, parts, streams, plain);
    logs.addTo(router);
    LocalEndpoints local = new LocalEndpoints(jobs, reads, wishes, parts);
    local.addTo(router);
    new LocalFiles(local, reads, parts.outputs()).addTo(router);
    new FileEndpoints(jobs, parts.outputs()).addTo(router);
    new LedgerEndpoint(reads, parts.history()).addTo(router);
    new GovernanceEndpoints(reads, wishes).addTo(router);
    new IncidentEndpoints(reads, wishes).addTo(router);
    new CleaningEndpoints(governing, parts.cleaning()).addTo(router);
    server.addTo(router);
    Arm arm = new Arm(router);
    new ArmTenancy(reads, wishes).addTo(arm);
    new ArmGroups(reads, wishes).addTo(arm);
    new ArmComputes(reads, wishes).addTo(arm);
    new ComputeOperations(reads, parts.history()).addTo(arm);
    new ArmLocations(reads, wishes).addTo(arm);
    new ArmAssets(reads, new EnvironmentKind(parts.environments()), parts.environments().versions())
        .addTo(arm);
    JobBlobs blobs = new JobBlobs(jobs, parts, logs);
    new ArmDatastores(reads, parts.datastores(), blobs, parts.code(), new SignedAddress(token))
        .addTo(arm, router);
    FileKind.Places places = new FileKind.Places(addresses, blobs, assets);
    new ArmAssets(reads, FileKind.data(places), parts.data()).addTo(arm);
    new ArmAssets(reads, FileKind.models(places), parts.models()).addTo(arm);
    new ArmCode(reads, parts.code(), new SignedAddress(token)).addTo(arm, router);
    new ArmJobs(reads, jobs, submissions, deletion, new ArmJobShape(parts.specifications()))
        .addTo(arm);
    new RunHistory(
            reads,
            jobs,
            submissions,
            new ArmJobShape(parts.specifications()),
            new SignedAddress(token))
        .addTo(router);
    Router<Handler> open =
        new Router<Handler>()
            .on("GET", "/health", _ -> server.health())
            .on("HEAD", "/health", _ -> server.health());
    new Cloud(token).addTo(open);
    return new Gate(guard, token, router, open, tally);
  }
}
