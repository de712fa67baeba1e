package ebb.kernel.codec;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/// What a record class is made of. The only place that looks into classes; it does so once, when a
/// table is made.
///
/// @param constructor takes the components in their order
record Shape(Class<?> type, List<Component> components, MethodHandle constructor) {
  /// @param element what a list holds; the type itself for anything that is no list
  record Component(String name, Class<?> type, Class<?> element, MethodHandle getter) {
    boolean isList() {
      return type == List.class;
    }
  }

  static Shape of(Class<?> type) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      List<Component> components = new ArrayList<>();
      List<Class<?>> types = new ArrayList<>();
      for (RecordComponent each : type.getRecordComponents()) {
        MethodHandle getter =
            lookup.findVirtual(type, each.getName(), MethodType.methodType(each.getType()));
        components.add(new Component(each.getName(), each.getType(), element(type, each), getter));
        types.add(each.getType());
      }
      MethodHandle constructor =
          lookup.findConstructor(type, MethodType.methodType(void.class, types));
      return new Shape(type, List.copyOf(components), constructor);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          type.getName() + " must be public, as its package must be to the codec", e);
    }
  }

  private static Class<?> element(Class<?> record, RecordComponent component) {
    if (component.getType() != List.class) {
      return component.getType();
    }
    Type list = component.getGenericType();
    if (list instanceof ParameterizedType of
        && of.getActualTypeArguments()[0] instanceof Class<?> element) {
      return element;
    }
    throw new IllegalStateException(
        record.getName() + "." + component.getName() + " must be a list of one class");
  }

  /// -1 if there is no component of that name.
  int indexOf(String name) {
    for (int i = 0; i < components.size(); i++) {
      if (components.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
