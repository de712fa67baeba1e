package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many who ask at once.
class CrowdTest {
  private static final int CONNECTIONS = 64;

  @TempDir Path folder;

  private static List<Answer> all(List<Callable<Answer>> requests) throws Exception {
    List<Answer> answers = new ArrayList<>();
    try (ExecutorService crowd = Executors.newFixedThreadPool(CONNECTIONS)) {
      for (Future<Answer> answer : crowd.invokeAll(requests, 120, TimeUnit.SECONDS)) {
        answers.add(answer.get());
      }
    }
    return answers;
  }

  private static String name(int i) {
    return "job-%04d".formatted(i);
  }

  @Test
  void twoThousandJobsOverSixtyFourConnectionsExistExactlyOnceEach() throws Exception {
    try (ServedHome server = new ServedHome(folder)) {
      server.cluster(1);
      List<Callable<Answer>> requests = new ArrayList<>();
      Set<String> expected = new HashSet<>();
      for (int i = 0; i < 2_000; i++) {
        String name = name(i);
        expected.add(name);
        requests.add(() -> server.submit(name, "sleep 600"));
      }
      requests.addAll(requests.subList(0, 100)); // asked twice, one is the other
      List<Answer> answers = all(requests);
      assertThat(answers).allMatch(answer -> answer.status() == 201 || answer.status() == 200);
      assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(2_000);
      assertThat(listed(server)).doesNotHaveDuplicates().hasSize(2_000).containsAll(expected);
    }
  }

  private static List<String> listed(ServedHome server) throws Exception {
    List<String> names = new ArrayList<>();
    String after = "";
    do {
      Answer page =
          server.get(
              ServedHome.WORKSPACE
                  + "/jobs?limit=1000"
                  + (after.isEmpty() ? "" : "&after=" + after));
      Matcher matcher = Pattern.compile("\"name\":\"([^\"]*)\"").matcher(page.body());
      while (matcher.find()) {
        names.add(matcher.group(1));
      }
      after = page.text("next");
    } while (!after.isEmpty());
    return names;
  }

  @Test
  void serverWithAFullQueueSendsAwayWithATimeToComeBackAndChangesNothing() throws Exception {
    try (ServedHome server =
        new ServedHome(folder, "--set", "engine.queue=1", "--set", "engine.batch=1")) {
      server.cluster(1);
      List<Callable<Answer>> requests = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        String name = name(i);
        requests.add(() -> server.submit(name, "sleep 600"));
      }
      List<Answer> answers = all(requests);
      List<String> taken = new ArrayList<>();
      int sentAway = 0;
      for (int i = 0; i < answers.size(); i++) {
        Answer answer = answers.get(i);
        if (answer.status() == 429) {
          sentAway++;
          assertThat(answer.headers().firstValue("Retry-After")).contains("1");
          assertThat(answer.text("message")).contains("nothing was changed");
        } else {
          assertThat(answer.status()).isEqualTo(201);
          taken.add(name(i));
        }
      }
      assertThat(sentAway).isPositive();
      assertThat(listed(server)).containsExactlyInAnyOrderElementsOf(taken);
      assertThat(server.submit("afterwards", "true").status()).isEqualTo(201);
    }
  }
}
