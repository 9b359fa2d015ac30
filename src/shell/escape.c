/* escape.c - text for the terminal: control bytes, and bytes that are not UTF-8, are written as escapes of
   Lua strings, like \027. All that moongrad itself prints goes through here; what the user's code prints does
   not. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

int esc_size(const char *text, size_t n) {
  static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
  const unsigned char *s = (const unsigned char *)text;
  int size = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
  unsigned code = size > 1 ? s[0] & (0x7fu >> size) : s[0];
  for (int i = 1; i < size; i++) {
    if ((size_t)i == n) return -1;
    if ((s[i] & 0xc0) != 0x80) return 0;
    code = code << 6 | (s[i] & 0x3fu);
  }
  int fits = size < 2 || (code >= least[size] && code < 0x110000 && (code < 0xd800 || code > 0xdfff));
  return fits ? size : 0;
}

void esc_print(FILE *f, const char *s, size_t n) {
  for (size_t i = 0; i < n;) {
    const int size = esc_size(s + i, n - i);
    const unsigned char c = (unsigned char)s[i];
    const int is_control = size == 1 && (c < ' ' || c == 0x7f) && c != '\n' && c != '\t';
    const int is_wide_control =
        size == 2 && c == 0xc2 && (unsigned char)s[i + 1] < 0xa0; /* C1, U+0080 to U+009F */
    if (size <= 0 || is_control)
      fprintf(f, "\\%03d", c);
    else if (is_wide_control)
      fprintf(f, "\\%03d\\%03d", c, (unsigned char)s[i + 1]);
    else
      fwrite(s + i, 1, (size_t)size, f);
    i += size > 0 ? (size_t)size : 1;
  }
}

char *esc_copy(const char *s) {
  char *copy = NULL;
  size_t n = 0;
  FILE *f = open_memstream(&copy, &n);
  if (f == NULL) return NULL;
  esc_print(f, s, strlen(s));
  fclose(f);
  return copy;
}

void esc_printf(FILE *f, const char *format, ...) {
  char room[1024], *text = room;
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  const int n = vsnprintf(room, sizeof room, format, args);
  if (n >= (int)sizeof room) {
    char *whole = malloc((size_t)n + 1);
    if (whole != NULL) vsnprintf(text = whole, (size_t)n + 1, format, again);
  }
  if (n > 0) esc_print(f, text, text == room && n >= (int)sizeof room ? sizeof room - 1 : (size_t)n);
  if (text != room) free(text);
  va_end(again);
  va_end(args);
}
