/* files.c - writes files whole: to a temporary file beside the old one, which is then renamed. So nobody ever
   sees half a file. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell.h"

int file_make_dirs(char *path) {
  for (char *p = strchr(path + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
    *p = '\0';
    int failed = mkdir(path, 0700) != 0 && errno != EEXIST;
    *p = '/';
    if (failed) return 0;
  }
  return 1;
}

int file_write(int fd, const char *s, size_t n) {
  while (n > 0) {
    ssize_t k = write(fd, s, n);
    if (k < 0 && errno != EINTR) return 0;
    if (k > 0) {
      s += k;
      n -= (size_t)k;
    }
  }
  return 1;
}

static int to_disk(int fd) {
  return fsync(fd) == 0 || errno == EINVAL; /* the file system may not support it */
}

/* file_replace without its care for SIGXFSZ. */
static int replace(const char *path, const char *s, size_t n, mode_t mode) {
  char temporary[MAX_PATH + 8];
  snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
  int fd = mkstemp(temporary);
  if (fd < 0) return 0;
  int ok = file_write(fd, s, n) && to_disk(fd) && fchmod(fd, mode) == 0;
  int why = errno;
  if (close(fd) != 0 && ok) {
    ok = 0;
    why = errno;
  }
  if (ok && rename(temporary, path) != 0) {
    ok = 0;
    why = errno;
  }
  if (!ok) unlink(temporary);
  errno = why;
  return ok;
}

/* SIGXFSZ is ignored: to exceed the limit on file sizes is an error like a full disk, not the end of the
   program. */
int file_replace(const char *path, const char *s, size_t n, mode_t mode) {
  struct sigaction ignore = {.sa_handler = SIG_IGN}, was;
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGXFSZ, &ignore, &was);
  int ok = replace(path, s, n, mode), why = errno;
  sigaction(SIGXFSZ, &was, NULL);
  errno = why;
  return ok;
}
