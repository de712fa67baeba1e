import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/**
 * Trains a network with one hidden layer on handwritten digits, and says how many of the digits that it has never seen it
 * reads right. One file, no library: `java Train.java --rate 0.1 --epochs 100`.
 *
 * <p>After every ten epochs all that it has learned is written to outputs/checkpoint.bin. If that file is there at the
 * start, training goes on from it, and ends with the very same network as if it had never been interrupted.
 */
public final class Train {
  private static final int PIXELS = 64;
  private static final int DIGITS = 10;
  private static final int BATCH = 16;
  private static final int CHECKPOINT_EPOCHS = 10;
  private static final double BRIGHTEST = 16;
  private static final Path OUTPUTS = Path.of("outputs");
  private static final Path CHECKPOINT = OUTPUTS.resolve("checkpoint.bin");

  private record Digit(double[] pixels, int value) {}

  private final double rate;
  private final int hidden;
  private final long seed;
  private final double[] first; // hidden x (pixels + 1): weights of the hidden units, each with its bias last
  private final double[] second; // digits x (hidden + 1)
  private int epoch;

  private Train(double rate, int hidden, long seed) {
    this.rate = rate;
    this.hidden = hidden;
    this.seed = seed;
    this.first = new double[hidden * (PIXELS + 1)];
    this.second = new double[DIGITS * (hidden + 1)];
    Random chance = new Random(seed);
    scatter(first, PIXELS, chance);
    scatter(second, hidden, chance);
  }

  /** Weights that keep the size of what goes through them (He et al., 2015). */
  private static void scatter(double[] weights, int inputs, Random chance) {
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i % (inputs + 1) == inputs ? 0 : chance.nextGaussian() * Math.sqrt(2.0 / inputs);
    }
  }

  public static void main(String[] arguments) throws IOException {
    Train train =
        new Train(
            Double.parseDouble(option(arguments, "--rate", "0.1")),
            Integer.parseInt(option(arguments, "--hidden", "32")),
            Long.parseLong(option(arguments, "--seed", "1")));
    int epochs = Integer.parseInt(option(arguments, "--epochs", "100"));
    List<Digit> all = read(Path.of(option(arguments, "--data", "digits.csv.gz")));
    List<Digit> known = new ArrayList<>();
    List<Digit> unseen = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      (i % 5 == 4 ? unseen : known).add(all.get(i));
    }
    Files.createDirectories(OUTPUTS);
    train.resume();
    while (train.epoch < epochs) {
      double loss = train.epoch(known);
      if (train.epoch % CHECKPOINT_EPOCHS == 0 || train.epoch == epochs) {
        train.checkpoint();
        System.out.printf(
            Locale.ROOT,
            "epoch %d loss %.4f train accuracy %.4f%n",
            train.epoch,
            loss,
            train.accuracy(known));
      }
    }
    String score = String.format(Locale.ROOT, "%.4f", train.accuracy(unseen));
    System.out.println("test accuracy " + score + " on " + unseen.size() + " unseen digits");
    Files.writeString(OUTPUTS.resolve("score.txt"), score + "\n");
  }

  private static String option(String[] arguments, String name, String absent) {
    for (int i = 0; i + 1 < arguments.length; i++) {
      if (arguments[i].equals(name)) {
        return arguments[i + 1];
      }
    }
    return absent;
  }

  private static List<Digit> read(Path file) throws IOException {
    List<Digit> digits = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(",");
        double[] pixels = new double[PIXELS];
        for (int i = 0; i < PIXELS; i++) {
          pixels[i] = Double.parseDouble(fields[i]) / BRIGHTEST;
        }
        digits.add(new Digit(pixels, (int) Double.parseDouble(fields[PIXELS])));
      }
    }
    return digits;
  }

  /** Goes through all digits once, in an order of the epoch's own, and answers the mean loss. */
  private double epoch(List<Digit> digits) {
    epoch++;
    List<Digit> order = new ArrayList<>(digits);
    java.util.Collections.shuffle(order, new Random(seed * 1_000_003 + epoch));
    double loss = 0;
    for (int from = 0; from < order.size(); from += BATCH) {
      loss += step(order.subList(from, Math.min(from + BATCH, order.size())));
    }
    return loss / order.size();
  }

  /** One step down the gradient of the cross entropy of a batch; answers the sum of its losses. */
  private double step(List<Digit> batch) {
    double[] firstGradient = new double[first.length];
    double[] secondGradient = new double[second.length];
    double loss = 0;
    for (Digit digit : batch) {
      double[] active = active(digit);
      double[] guess = guess(active);
      loss -= Math.log(Math.max(guess[digit.value()], 1e-12));
      double[] back = new double[hidden];
      for (int d = 0; d < DIGITS; d++) {
        double error = guess[d] - (d == digit.value() ? 1 : 0);
        int row = d * (hidden + 1);
        for (int h = 0; h < hidden; h++) {
          secondGradient[row + h] += error * active[h];
          back[h] += error * second[row + h];
        }
        secondGradient[row + hidden] += error;
      }
      for (int h = 0; h < hidden; h++) {
        if (active[h] > 0) {
          int row = h * (PIXELS + 1);
          for (int p = 0; p < PIXELS; p++) {
            firstGradient[row + p] += back[h] * digit.pixels()[p];
          }
          firstGradient[row + PIXELS] += back[h];
        }
      }
    }
    double size = rate / batch.size();
    descend(first, firstGradient, size);
    descend(second, secondGradient, size);
    return loss;
  }

  private static void descend(double[] weights, double[] gradient, double size) {
    for (int i = 0; i < weights.length; i++) {
      weights[i] -= size * gradient[i];
    }
  }

  /** What the hidden units say of a digit. */
  private double[] active(Digit digit) {
    double[] active = new double[hidden];
    for (int h = 0; h < hidden; h++) {
      int row = h * (PIXELS + 1);
      double sum = first[row + PIXELS];
      for (int p = 0; p < PIXELS; p++) {
        sum += first[row + p] * digit.pixels()[p];
      }
      active[h] = Math.max(0, sum);
    }
    return active;
  }

  /** How likely each of the ten is. */
  private double[] guess(double[] active) {
    double[] guess = new double[DIGITS];
    double largest = Double.NEGATIVE_INFINITY;
    for (int d = 0; d < DIGITS; d++) {
      int row = d * (hidden + 1);
      guess[d] = second[row + hidden];
      for (int h = 0; h < hidden; h++) {
        guess[d] += second[row + h] * active[h];
      }
      largest = Math.max(largest, guess[d]);
    }
    double sum = 0;
    for (int d = 0; d < DIGITS; d++) {
      guess[d] = Math.exp(guess[d] - largest);
      sum += guess[d];
    }
    for (int d = 0; d < DIGITS; d++) {
      guess[d] /= sum;
    }
    return guess;
  }

  private double accuracy(List<Digit> digits) {
    int right = 0;
    for (Digit digit : digits) {
      double[] guess = guess(active(digit));
      int best = 0;
      for (int d = 1; d < DIGITS; d++) {
        best = guess[d] > guess[best] ? d : best;
      }
      right += best == digit.value() ? 1 : 0;
    }
    return (double) right / digits.size();
  }

  /** Takes its name when it is whole: a kill in between leaves the one before. */
  private void checkpoint() throws IOException {
    Path draft = OUTPUTS.resolve("checkpoint.new");
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(draft))) {
      out.writeInt(epoch);
      out.writeInt(hidden);
      for (double weight : first) {
        out.writeDouble(weight);
      }
      for (double weight : second) {
        out.writeDouble(weight);
      }
    }
    Files.move(draft, CHECKPOINT, StandardCopyOption.ATOMIC_MOVE);
  }

  private void resume() throws IOException {
    if (!Files.exists(CHECKPOINT)) {
      return;
    }
    try (DataInputStream in = new DataInputStream(Files.newInputStream(CHECKPOINT))) {
      int at = in.readInt();
      if (in.readInt() != hidden) {
        throw new IOException("the checkpoint is of a network of another size: remove it");
      }
      for (int i = 0; i < first.length; i++) {
        first[i] = in.readDouble();
      }
      for (int i = 0; i < second.length; i++) {
        second[i] = in.readDouble();
      }
      epoch = at;
    }
    System.out.println("resumes at epoch " + epoch);
  }
}
