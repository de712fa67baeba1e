package ebb.kernel.codec;

import ebb.kernel.protocol.Id;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;

/// A record around one number that [Id] made. Epoch and counter are written apart, for each is a
/// small number and together they are a large one. An id never gets a second field.
final class IdFormat implements Format {
  private final MethodHandle value;
  private final MethodHandle make;

  IdFormat(Shape shape) {
    value = shape.components().getFirst().getter().asType(Field.BITS);
    make = shape.constructor().asType(MethodType.methodType(Object.class, long.class));
  }

  @Override
  public void write(Object id, int version, ByteWriter out) {
    long bits = Field.bits(value, id);
    out.unsigned(Id.epoch(bits));
    out.unsigned(Id.counter(bits));
  }

  @Override
  public Object read(ByteReader in, int version) {
    long epoch = in.unsigned();
    long counter = in.unsigned();
    long bits = Id.of(epoch, counter);
    if (Id.epoch(bits) != epoch || Id.counter(bits) != counter) {
      throw in.malformed(epoch + "." + counter + " is no id");
    }
    try {
      return (Object) make.invokeExact(bits);
    } catch (Error e) {
      throw e;
    } catch (Throwable e) {
      throw new Malformed(in.position(), "no id has the number " + bits, e);
    }
  }
}
