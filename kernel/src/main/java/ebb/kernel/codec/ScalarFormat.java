package ebb.kernel.codec;

/// The values that are not made of others. Any whole number may be negative and is written zigzag.
enum ScalarFormat implements Format {
  LONG("long"),
  INT("int"),
  BOOLEAN("boolean"),
  STRING("String");

  /// As the tables and Java name it.
  final String typeName;

  ScalarFormat(String typeName) {
    this.typeName = typeName;
  }

  @Override
  public void write(Object value, int version, ByteWriter out) {
    switch (this) {
      case LONG -> out.signed((Long) value);
      case INT -> out.signed((Integer) value);
      case BOOLEAN -> out.bool((Boolean) value);
      case STRING -> out.string((String) value);
    }
  }

  /// Writes a number or truth value without making an object of it.
  void writeBits(long bits, ByteWriter out) {
    if (this == BOOLEAN) {
      out.bool(bits != 0);
    } else {
      out.signed(bits);
    }
  }

  @Override
  public Object read(ByteReader in, int version) {
    return switch (this) {
      case LONG -> in.signed();
      case INT -> in.signedInt();
      case BOOLEAN -> in.bool();
      case STRING -> in.string();
    };
  }
}
