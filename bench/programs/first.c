/* Writes the wall clock's nanoseconds as the first thing it does: benchmark (b). */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(void) {
  struct timespec now;
  char line[32];
  clock_gettime(CLOCK_REALTIME, &now);
  int length = snprintf(line, sizeof line, "%lld%09ld\n", (long long)now.tv_sec, now.tv_nsec);
  return write(1, line, (size_t)length) == length ? 0 : 1;
}
