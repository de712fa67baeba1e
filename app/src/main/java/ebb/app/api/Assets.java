package ebb.app.api;

import ebb.app.code.CodeStore;
import ebb.app.data.DataAddress;
import ebb.app.data.DataRefused;
import ebb.app.data.Datastores;
import ebb.app.environment.EnvironmentRefused;
import ebb.app.environment.Environments;
import ebb.app.http.Response;
import ebb.app.secrets.SecretRefused;
import ebb.app.secrets.Secrets;
import ebb.app.specification.Specification;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What must be here before a job is taken that needs it: asked when it is submitted, so that
/// nobody waits in a queue for something that was never sent.
final class Assets {
  private final Environments environments;
  private final CodeStore code;
  private final Datastores datastores;
  private final Secrets secrets;

  Assets(Environments environments, CodeStore code, Datastores datastores, Secrets secrets) {
    this.environments = environments;
    this.code = code;
    this.datastores = datastores;
    this.secrets = secrets;
  }

  /// What a job that names this environment finds from now on.
  Specification.Environment environment(String reference, Scope workspace)
      throws Bodies.Unfit, IOException {
    try {
      return environments.resolve(workspace, reference);
    } catch (EnvironmentRefused refused) {
      throw new Bodies.Unfit(refused.why());
    }
  }

  /// What is missing or wrong, as an answer; null if the job can be taken.
  @Nullable Response refusal(Specification specification, Scope workspace) {
    try {
      if (specification.code().isPresent()) {
        requireCode(specification.code().get());
      }
      for (Specification.Input input : specification.inputs().values()) {
        if (input instanceof Specification.InputFiles files) {
          requireInput(files, workspace);
        }
      }
      for (Specification.Output output : specification.outputs().values()) {
        if (!output.uri().isEmpty()) {
          requireOutput(output, workspace);
        }
      }
      secrets.resolve(specification.variables(), workspace);
      return null;
    } catch (Missing missing) {
      return Json.refusal(404, "CodeNotFound", String.valueOf(missing.getMessage()));
    } catch (SecretRefused refused) {
      return Reads.badRequest(refused.why());
    } catch (DataRefused refused) {
      return Reads.badRequest(refused.why());
    } catch (IOException failure) {
      return Reads.unavailable(
          "StorageUnavailable", "What the job needs cannot be looked for.", failure);
    }
  }

  private static final class Missing extends Exception {
    private static final long serialVersionUID = 1;

    Missing(String hash) {
      super(
          "The code %s is not here, or not any more: 'ebb run' and 'ebb ml job create' send it with the job; over HTTP, PUT it to the workspace's code/%s first."
              .formatted(hash, hash));
    }
  }

  private void requireCode(String hash) throws IOException, DataRefused, Missing {
    if (!CodeStore.isHash(hash)) {
      throw new DataRefused("'" + hash + "' is no hash of code: it has 64 hexadecimal digits.");
    }
    if (!code.has(hash)) {
      throw new Missing(hash);
    }
  }

  private void requireInput(Specification.InputFiles files, Scope workspace)
      throws IOException, DataRefused, Missing {
    switch (DataAddress.parse(files.uri(), workspace)) {
      case DataAddress.Sent(String hash, String _) -> requireCode(hash);
      case DataAddress.OnWeb web -> {
        if (!files.mayBe(true)) {
          throw new DataRefused(
              "'%s' is a file, and not the folder that the type %s says: use uri_file."
                  .formatted(DataAddress.told(web.uri().toString()), files.type()));
        }
      }
      case DataAddress.InDatastore in -> datastores.use(in, workspace, false);
    }
  }

  private void requireOutput(Specification.Output output, Scope workspace) throws DataRefused {
    if (!(DataAddress.parse(output.uri(), workspace) instanceof DataAddress.InDatastore in)) {
      throw new DataRefused(
          "An output goes to azureml://datastores/NAME/paths/PATH, and not to '"
              + DataAddress.told(output.uri())
              + "'. Without an address it is kept with the job's files.");
    }
    datastores.use(in, workspace, true);
  }
}
