/* save.c - writing a file whole or not at all. */

#define _XOPEN_SOURCE 700
#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fails(mg_save *s, const char *why) {
  snprintf(s->why, sizeof s->why, "%s", why);
  return false;
}

/* Removes the temporary file, when there is one, and frees the names. */
static void drop(mg_save *s) {
  if (s->fd >= 0) close(s->fd);
  if (s->temporary != NULL) unlink(s->temporary);
  free(s->temporary);
  free(s->path);
  s->fd = -1;
  s->path = s->temporary = NULL;
}

static bool fail_by(mg_save *s, const char *why) {
  fails(s, why);
  drop(s);
  return false;
}

/* The permissions of the file at path, or those of a new file. False when it is no regular file. */
static bool permissions(mg_save *s, mode_t *mode) {
  struct stat st;
  if (stat(s->path, &st) == 0) {
    *mode = st.st_mode & 07777;
    if (access(s->path, W_OK) != 0) return fails(s, strerror(errno)); /* the user protected it */
    return S_ISREG(st.st_mode) || fails(s, S_ISDIR(st.st_mode) ? "it is a folder" : "it is no regular file");
  }
  const mode_t mask = umask(0);
  umask(mask);
  *mode = 0666 & ~mask;
  return errno == ENOENT || fails(s, strerror(errno));
}

bool mg_save_begin(mg_save *s, const char *path) {
  *s = (mg_save){.fd = -1};
  s->path = realpath(path, NULL);
  if (s->path == NULL) s->path = strdup(path);
  mode_t mode;
  if (s->path == NULL) return fail_by(s, "not enough memory");
  if (!permissions(s, &mode)) {
    drop(s);
    return false;
  }
  const size_t n = strlen(s->path) + 8;
  char *name = malloc(n);
  if (name == NULL) return fail_by(s, "not enough memory");
  snprintf(name, n, "%s.XXXXXX", s->path);
  s->fd = mkstemp(name);
  if (s->fd < 0) {
    const int error = errno;
    free(name);
    return fail_by(s, strerror(error));
  }
  s->temporary = name;
  fcntl(s->fd, F_SETFD, FD_CLOEXEC);
  return fchmod(s->fd, mode) == 0 || fail_by(s, strerror(errno));
}

bool mg_save_write(mg_save *s, const void *bytes, size_t n) {
  const char *p = bytes;
  while (n > 0) {
    const ssize_t done = write(s->fd, p, n);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return fails(s, strerror(errno));
    p += done;
    n -= (size_t)done;
  }
  return true;
}

/* Brings the folder's new entry onto the disk. Some file systems refuse that, which is no failure. */
static void sync_folder(const char *path) {
  char *folder = strdup(path);
  if (folder == NULL) return;
  char *slash = strrchr(folder, '/');
  if (slash != NULL) slash[slash == folder] = '\0';
  const int fd = open(slash != NULL ? folder : ".", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    fsync(fd);
    close(fd);
  }
  free(folder);
}

bool mg_save_finish(mg_save *s) {
  if (fsync(s->fd) != 0) return fail_by(s, strerror(errno));
  const int closed = close(s->fd);
  s->fd = -1;
  if (closed != 0 || rename(s->temporary, s->path) != 0) return fail_by(s, strerror(errno));
  free(s->temporary);
  s->temporary = NULL;
  sync_folder(s->path);
  drop(s);
  return true;
}

void mg_save_cancel(mg_save *s) { drop(s); }
