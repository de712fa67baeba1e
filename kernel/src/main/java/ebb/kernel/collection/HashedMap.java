package ebb.kernel.collection;

import ebb.kernel.protocol.Nullable;
import java.util.AbstractMap;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What there is by name, or by another key with an order of its own. A look-up costs the same
/// however many there are, and hardly more if somebody chooses keys of one hash: those lie in a
/// tree. A walk goes through the keys in their order, and copies them first.
///
/// The one place of the kernel with a hash table of Java's, whose own order nobody sees.
public final class HashedMap<K extends Comparable<? super K>, V> extends AbstractMap<K, V> {
  private final HashMap<K, V> values = new HashMap<>();

  @Override
  public int size() {
    return values.size();
  }

  @Override
  public boolean containsKey(Object key) {
    return values.containsKey(key);
  }

  @Override
  public @Nullable V get(Object key) {
    return values.get(key);
  }

  @Override
  public @Nullable V put(K key, V value) {
    return values.put(key, value);
  }

  @Override
  public @Nullable V remove(Object key) {
    return values.remove(key);
  }

  /// What there is when the walk begins.
  @Override
  public Set<Map.Entry<K, V>> entrySet() {
    return Collections.unmodifiableMap(new TreeMap<>(values)).entrySet();
  }
}
