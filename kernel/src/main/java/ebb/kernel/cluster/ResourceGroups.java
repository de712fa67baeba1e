package ebb.kernel.cluster;

import ebb.kernel.protocol.Nullable;
import ebb.kernel.protocol.Scope;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// The resource groups that somebody made. Immutable, so that readers outside have the same.
public final class ResourceGroups {
  public static final ResourceGroups NONE = new ResourceGroups(new TreeMap<>());

  private final SortedMap<String, ResourceGroup> byKey;

  private ResourceGroups(TreeMap<String, ResourceGroup> byKey) {
    this.byKey = Collections.unmodifiableSortedMap(byKey);
  }

  public Collection<ResourceGroup> all() {
    return byKey.values();
  }

  public @Nullable ResourceGroup find(Scope scope) {
    return byKey.get(scope.key());
  }

  /// Those of a subscription.
  public Collection<ResourceGroup> within(Scope subscription) {
    String before = subscription.key() + "/";
    return byKey.subMap(before, before + Character.MAX_VALUE).values();
  }

  public ResourceGroups with(ResourceGroup group) {
    TreeMap<String, ResourceGroup> next = new TreeMap<>(byKey);
    next.put(group.scope().key(), group);
    return new ResourceGroups(next);
  }

  public ResourceGroups without(Scope scope) {
    TreeMap<String, ResourceGroup> next = new TreeMap<>(byKey);
    next.remove(scope.key());
    return new ResourceGroups(next);
  }
}
