package ebb.kernel.collection;

import ebb.kernel.protocol.Nullable;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What there is by name. A look-up costs the same however many there are, and hardly more if
/// somebody chooses names of one hash: those lie in a tree. A walk goes through the names in their
/// order, and copies them first.
///
/// The one place of the kernel with a hash table of Java's, whose own order nobody sees.
public final class NameMap<V> extends AbstractMap<String, V> {
  private final HashMap<String, V> values = new HashMap<>();

  @Override
  public int size() {
    return values.size();
  }

  @Override
  public boolean containsKey(Object name) {
    return values.containsKey(name);
  }

  @Override
  public @Nullable V get(Object name) {
    return values.get(name);
  }

  @Override
  public @Nullable V put(String name, V value) {
    return values.put(name, value);
  }

  @Override
  public @Nullable V remove(Object name) {
    return values.remove(name);
  }

  /// What there is when the walk begins.
  @Override
  public Set<Map.Entry<String, V>> entrySet() {
    return Collections.unmodifiableMap(new TreeMap<>(values)).entrySet();
  }
}
