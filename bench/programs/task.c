/* What bench/kills runs: a task that leaves the truth about itself.
 *
 *   task FOLDER MILLIS CODE [tree]
 *
 * Appends `start ATTEMPT RANK NANOS` and, when it gets that far, `end ATTEMPT RANK NANOS` to
 * FOLDER/NAME.log. Holds FOLDER/NAME.ATTEMPT.RANK.lock as long as it, or anything it started,
 * lives: one that finds a lock of another attempt held appends `overlap ATTEMPT RANK OTHER`. With `tree` it leaves a daemon behind that would outlive it by far. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int truth;

static void tell(const char *format, ...) {
  char line[128];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line, sizeof line, format, values);
  va_end(values);
  if (write(truth, line, (size_t)length) != length) exit(99);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int lock_of(const char *folder, const char *name, int attempt, int rank) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s.%d.%d.lock", folder, name, attempt, rank);
  int file = open(path, O_RDWR | O_CREAT, 0666);
  if (file < 0) exit(98);
  return file;
}

static void sleep_millis(long millis) {
  struct timespec left = {millis / 1000, millis % 1000 * 1000000};
  while (nanosleep(&left, &left) && errno == EINTR) {}
}

int main(int argc, char **argv) {
  if (argc < 4) return 97;
  const char *folder = argv[1], *name = getenv("EBB_JOB_NAME"), *rank = getenv("EBB_NODE_RANK"), *count = getenv("EBB_NODE_COUNT");
  char place[512], path[512];
  int attempt = 0;
  umask(0);
  if (!name || !rank || !count || !getcwd(place, sizeof place)) return 96;
  if (sscanf(strrchr(place, '/') + 1, "attempt-%d-", &attempt) != 1) return 95;
  snprintf(path, sizeof path, "%s/%s.log", folder, name);
  truth = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (truth < 0) return 94;
  /* Its own first, then a look at the others': of two that overlap at least one sees it. */
  flock(lock_of(folder, name, attempt, atoi(rank)), LOCK_EX);
  for (int other = 1; other <= attempt + 2; other++) {
    for (int of = 0; other != attempt && of < atoi(count); of++) {
      int file = lock_of(folder, name, other, of);
      if (flock(file, LOCK_SH | LOCK_NB)) tell("overlap %d %s %d\n", attempt, rank, other);
      close(file);
    }
  }
  tell("start %d %s %lld\n", attempt, rank, now());
  if (argc > 4 && !strcmp(argv[4], "tree") && fork() == 0) {
    setsid();
    if (fork() == 0) sleep_millis(600000);
    _exit(0);
  }
  sleep_millis(atol(argv[2]));
  tell("end %d %s %lld\n", attempt, rank, now());
  return atoi(argv[3]);
}
