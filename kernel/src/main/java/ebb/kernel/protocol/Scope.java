package ebb.kernel.protocol;

import java.util.Comparator;
import java.util.Locale;

/// A place in the tree of things that own things: everything, a subscription, a resource group, a
/// workspace or a cluster. A part that is empty is not narrowed to. Parts keep the spelling they
/// were given and are compared without case, as Azure does.
public record Scope(String subscription, String group, String workspace, String cluster) {
  public static final Scope ALL = new Scope("", "", "", "");

  /// Part by part, without case.
  public static final Comparator<Scope> WITHOUT_CASE =
      Comparator.comparing(Scope::subscription, String.CASE_INSENSITIVE_ORDER)
          .thenComparing(Scope::group, String.CASE_INSENSITIVE_ORDER)
          .thenComparing(Scope::workspace, String.CASE_INSENSITIVE_ORDER)
          .thenComparing(Scope::cluster, String.CASE_INSENSITIVE_ORDER);

  public static Scope workspace(String subscription, String group, String workspace) {
    return new Scope(subscription, group, workspace, "");
  }

  public Scope cluster(String name) {
    return new Scope(subscription, group, workspace, name);
  }

  public Scope ofSubscription() {
    return new Scope(subscription, "", "", "");
  }

  public Scope ofGroup() {
    return new Scope(subscription, group, "", "");
  }

  public boolean isGroup() {
    return !subscription.isEmpty() && !group.isEmpty() && workspace.isEmpty() && cluster.isEmpty();
  }

  public boolean isWorkspace() {
    return !subscription.isEmpty() && !group.isEmpty() && !workspace.isEmpty() && cluster.isEmpty();
  }

  /// Whether `inner` is this scope or lies within it.
  public boolean contains(Scope inner) {
    return covers(subscription, inner.subscription)
        && covers(group, inner.group)
        && covers(workspace, inner.workspace)
        && covers(cluster, inner.cluster);
  }

  private static boolean covers(String outer, String inner) {
    return outer.isEmpty() || outer.equalsIgnoreCase(inner);
  }

  /// The form in which equal scopes are equal strings; for keys, never for people.
  public String key() {
    return path().toLowerCase(Locale.ROOT);
  }

  /// The path as Azure writes it.
  public String path() {
    if (subscription.isEmpty()) {
      return "/";
    }
    StringBuilder path = new StringBuilder("/subscriptions/").append(subscription);
    if (!group.isEmpty()) {
      path.append("/resourceGroups/").append(group);
    }
    if (!workspace.isEmpty()) {
      path.append("/providers/Microsoft.MachineLearningServices/workspaces/").append(workspace);
    }
    if (!cluster.isEmpty()) {
      path.append("/computes/").append(cluster);
    }
    return path.toString();
  }

  /// A workspace as people type it.
  public String typed() {
    return String.join("/", subscription, group, workspace);
  }

  @Override
  public String toString() {
    return path();
  }
}
