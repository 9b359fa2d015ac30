/* save.h - writes a file whole or not at all: to a temporary file in the same folder, which then takes the name. */

#ifndef MG_FILES_SAVE_H
#define MG_FILES_SAVE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct mg_save {
  int fd;          /* of the temporary file; -1 when there is none */
  char *path;      /* the file that is to be written, links followed */
  char *temporary; /* the name of the temporary file */
  char why[160];   /* what went wrong, without the file's name */
} mg_save;

/* Begins to write a file. False, and s->why says why; nothing is to be undone then. */
bool mg_save_begin(mg_save *s, const char *path);

/* Writes n bytes more. After an error: mg_save_cancel. */
bool mg_save_write(mg_save *s, const void *bytes, size_t n);

/* Makes the file: it is on the disk, and has its name, when this returns true. Else the old file is as it was. */
bool mg_save_finish(mg_save *s);

/* Removes what was written; the old file is as it was. Does nothing after mg_save_finish. */
void mg_save_cancel(mg_save *s);

#endif
