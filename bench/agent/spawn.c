/* The yardstick for the agent's rate: what posix_spawn itself gives on this machine.
 *
 *   spawn COUNT IN_FLIGHT WORKERS PROGRAM
 *
 * Starts PROGRAM as the agent does (own session, /dev/null, two files, every other descriptor
 * closed), keeps IN_FLIGHT children running in each of WORKERS processes, and appends a line to a
 * file for each start and each exit, as any agent must. Prints starts and exits per second and the
 * processor time of all processes per start, which says more on a machine that others use too. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 5) return 64;
  int total = atoi(argv[1]), width = atoi(argv[2]), workers = atoi(argv[3]), count = total / workers;
  int running = 0, started = 0;
  char folder[] = "/tmp/ebb-spawn-XXXXXX", out[256], err[256], line[64];
  char *program = argv[4], *arguments[] = {program, NULL}, *environment[] = {"PATH=/usr/bin:/bin", NULL};
  if (!mkdtemp(folder) || chdir(folder)) return 1;
  int record = open("record", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  posix_spawnattr_t attributes;
  sigset_t all, none;
  posix_spawnattr_init(&attributes);
  sigfillset(&all), sigdelset(&all, SIGKILL), sigdelset(&all, SIGSTOP), sigemptyset(&none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigdefault(&attributes, &all), posix_spawnattr_setsigmask(&attributes, &none);
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  int worker = 0;
  while (worker + 1 < workers && fork() == 0) worker++; /* each starts the next */
  while (started < count || running > 0) {
    pid_t pid;
    if (started < count && running < width) {
      posix_spawn_file_actions_t actions;
      snprintf(out, sizeof out, "%s/%d-%d.out", folder, worker, started), snprintf(err, sizeof err, "%s/%d-%d.err", folder, worker, started);
      posix_spawn_file_actions_init(&actions);
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
      posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_APPEND, 0640);
      posix_spawn_file_actions_addopen(&actions, 2, err, O_WRONLY | O_CREAT | O_APPEND, 0640);
      posix_spawn_file_actions_addchdir_np(&actions, folder);
      posix_spawn_file_actions_addclosefrom_np(&actions, 3);
      if (posix_spawn(&pid, program, &actions, &attributes, arguments, environment)) return 1;
      posix_spawn_file_actions_destroy(&actions);
      started++, running++;
    } else {
      pid = wait(NULL), running--;
    }
    if (write(record, line, snprintf(line, sizeof line, "%d\n", pid)) < 0) return 1;
  }
  if (worker + 1 < workers) wait(NULL);
  if (worker > 0) return 0;
  clock_gettime(CLOCK_MONOTONIC, &end);
  struct rusage self, children;
  getrusage(RUSAGE_SELF, &self), getrusage(RUSAGE_CHILDREN, &children);
  double used = 0;
  for (struct rusage *each = &self; each; each = each == &self ? &children : NULL)
    used += each->ru_utime.tv_sec + each->ru_stime.tv_sec + (each->ru_utime.tv_usec + each->ru_stime.tv_usec) / 1e6;
  printf("%.0f/s, %.0f us of processor each\n",
         total / (end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9), used / total * 1e6);
  snprintf(line, sizeof line, "rm -rf %s", folder);
  return system(line);
}
