/* options.c - the command line: lua5.4's options and ours. */

#include <stdio.h>
#include <string.h>

#include "shell.h"

static const struct {
  const char *name;
  int flag;
} long_options[] = {
    {"--help", OPT_HELP},
    {"--version", OPT_VERSION},
    {"--no-rc", OPT_NO_RC},
    {"--no-session", OPT_NO_SESSION},
    {"--color=auto", 0},
    {"--color=always", OPT_COLOR},
    {"--color=never", OPT_NO_COLOR},
};

void opt_usage(const char *progname, const char *bad) {
  FILE *f = bad ? stderr : stdout;
  if (bad) {
    int needs = bad[1] == 'e' || bad[1] == 'l' || strcmp(bad, "--seed") == 0 || strcmp(bad, "--workers") == 0;
    if (strncmp(bad, "--color", 7) == 0)
      esc_printf(f, "%s: --color is auto, always or never: --color=auto\n", progname);
    else
      esc_printf(f, needs ? "%s: '%s' needs argument\n" : "%s: unrecognized option '%s'\n", progname, bad);
  }
  esc_printf(f,
             "usage: %s [options] [script [args]]\n"
             "Available options are:\n"
             "  -e stat       execute string 'stat'\n"
             "  -i            enter interactive mode after executing 'script'\n"
             "  -l mod        require library 'mod' into global 'mod'\n"
             "  -l g=mod      require library 'mod' into global 'g'\n"
             "  -v            show version information\n"
             "  -E            ignore environment variables\n"
             "  -W            turn warnings on\n"
             "  --            stop handling options\n"
             "  -             stop handling options and execute stdin\n"
             "  -h, --help    show this text\n"
             "  -V, --version show moongrad's version\n"
             "  -q            no banner\n"
             "  --no-rc       do not run init.lua before the prompt\n"
             "  --no-session  plain Lua 5.4: no session names, moongrad by require only\n"
             "  --color=when  auto, always or never\n"
             "  --seed n      seed the generator, as seed(n)\n"
             "  --workers n   processes of sweep (default: all processors)\n"
             "A folder in place of a script: lists the scripts in it.\n"
             "Without a script the prompt opens, which shows values. Standard input that is no\n"
             "terminal runs as a script, where print shows them. Type help at the prompt for more.\n",
             progname);
}

/* Where o keeps the value of a, "--seed" or "--seed=7"; NULL when a is no such option. */
static const char **takes_value(const char *a, Options *o) {
  const size_t n = strcspn(a, "=");
  if (n == 6 && strncmp(a, "--seed", n) == 0) return &o->seed;
  if (n == 9 && strncmp(a, "--workers", n) == 0) return &o->workers;
  return NULL;
}

/* Stores the long option at argv[*i] in o, and moves *i to its argument. False if it is unknown or
   incomplete. */
static int collect_long(char **argv, int *i, Options *o) {
  const char *a = argv[*i];
  const char **value = takes_value(a, o);
  if (value != NULL) {
    const char *equals = strchr(a, '=');
    if (equals == NULL && argv[*i + 1] == NULL) return 0;
    *value = equals != NULL ? equals + 1 : argv[++*i];
    return equals == NULL || **value != '\0';
  }
  for (size_t k = 0; k < sizeof long_options / sizeof *long_options; k++) {
    if (strcmp(a, long_options[k].name) == 0) {
      if (strncmp(a, "--color", 7) == 0) o->flags &= ~(OPT_COLOR | OPT_NO_COLOR); /* the last one counts */
      o->flags |= long_options[k].flag;
      return 1;
    }
  }
  return 0;
}

/* The flag of an option of one letter without an argument; 0 if there is no such option. */
static int letter(char c) {
  switch (c) {
  case 'E': return OPT_E;
  case 'i': return OPT_INTERACTIVE;
  case 'v': return OPT_LUA_VERSION;
  case 'V': return OPT_VERSION;
  case 'h': return OPT_HELP;
  case 'q': return OPT_QUIET;
  default: return 0;
  }
}

/* Reads the options. No Lua runs before all are read. */
Options opt_collect(int argc, char **argv) {
  Options o = {0, argc, NULL, NULL};
  int i;
  for (i = 1; i < argc; i++) {
    const char *a = argv[i];
    o.script = i; /* the script, or the option that is bad */
    if (a[0] != '-' || a[1] == '\0') return o;
    if (a[1] == '-') {
      if (a[2] == '\0') { /* '--' */
        o.script = i + 1;
        return o;
      }
      if (!collect_long(argv, &i, &o)) {
        o.flags |= OPT_ERROR;
        return o;
      }
    } else if (a[1] == 'e' || a[1] == 'l') {
      if (a[1] == 'e') o.flags |= OPT_CODE;
      if (a[2] == '\0') { /* argument not in the same word? */
        i++;
        if (i >= argc || argv[i][0] == '-') {
          o.flags |= OPT_ERROR;
          return o;
        }
      }
    } else if (a[2] != '\0' || (letter(a[1]) == 0 && a[1] != 'W')) {
      o.flags |= OPT_ERROR;
      return o;
    } else
      o.flags |= letter(a[1]);
  }
  o.script = i;
  return o;
}

int opt_run(lua_State *L, char **argv, int n) {
  for (int i = 1; i < n; i++) {
    int option = argv[i][1];
    if (option == 'e' || option == 'l') {
      char *extra = argv[i] + 2;
      if (*extra == '\0') extra = argv[++i];
      session_note(L, option == 'e' ? "-e" : "-l", extra);
      int status = option == 'e' ? chunk_string(L, extra, "=(command line)") : chunk_library(L, extra);
      if (status != LUA_OK) return 0;
    } else if (option == 'W')
      lua_warning(L, "@on", 0);
    else if (strcmp(argv[i], "--seed") == 0 || strcmp(argv[i], "--workers") == 0)
      i++; /* opt_collect has read its number */
  }
  return 1;
}
