package ebb.kernel.codec;

import ebb.kernel.codec.ChoiceFormat.Alternative;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// One record as a version wrote it: its bytes, and what they mean.
///
/// @param title number and name, and which of several samples it is
/// @param leaves see [Leaves]
record Sample(String title, String bytes, List<String> leaves) {

  /// Of every record of a table as many as it takes to show every constant and phase.
  static List<Sample> of(FormatTable table) {
    List<Sample> samples = new ArrayList<>();
    for (Alternative each : Values.written(table.records())) {
      int count = Values.choices(each.format());
      for (int variant = 0; variant < count; variant++) {
        Object value = Values.of(each.format(), new SampleSource(variant));
        String title = each.number() + " " + each.format().name();
        samples.add(
            new Sample(
                count == 1 ? title : title + " (" + (variant + 1) + " of " + count + ")",
                HexFormat.of().formatHex(written(table, value)),
                Leaves.of(each, value)));
      }
    }
    return samples;
  }

  private static byte[] written(FormatTable table, Object value) {
    ByteWriter out = new ByteWriter();
    table.write(value, out);
    return out.toBytes();
  }

  int number() {
    return Integer.parseInt(title.substring(0, title.indexOf(' ')));
  }

  byte[] rawBytes() {
    return HexFormat.of().parseHex(bytes);
  }

  static String text(List<Sample> samples) {
    StringBuilder text = new StringBuilder();
    for (Sample each : samples) {
      text.append(each.title).append("\n  = ").append(each.bytes).append('\n');
      each.leaves.forEach(leaf -> text.append("  ").append(leaf).append('\n'));
    }
    return text.toString();
  }

  static List<Sample> parse(String text) {
    List<Sample> samples = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (!line.startsWith(" ")) {
        samples.add(new Sample(line, "", new ArrayList<>()));
      } else if (line.startsWith("  = ")) {
        Sample sample = samples.removeLast();
        samples.add(new Sample(sample.title, line.substring(4), sample.leaves));
      } else {
        samples.getLast().leaves.add(line.substring(2));
      }
    }
    return samples;
  }
}
