/* main.c - moongrad: a prompt, a script runner and a library for learning backpropagation.

   The command line is lua5.4's, with our options and the session names in place. */

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <lualib.h>

#include "shell.h"

/* host.width(): the terminal's columns, 80 when standard output is no terminal. */
static int terminal_width(lua_State *L) {
  struct winsize w;
  int known = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0;
  lua_pushinteger(L, known ? w.ws_col : 80);
  return 1;
}

/* host.height(): the terminal's rows, nil when standard output is no terminal. */
static int terminal_height(lua_State *L) {
  struct winsize w;
  int known = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_row > 0;
  if (known)
    lua_pushinteger(L, w.ws_row);
  else
    lua_pushnil(L);
  return 1;
}

/* host.message_width(): the columns of the terminal that messages go to, nil when standard error is none. */
static int message_width(lua_State *L) {
  struct winsize w;
  if (!isatty(STDERR_FILENO) || ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0) return 0;
  lua_pushinteger(L, w.ws_col);
  return 1;
}

/* Is the encoding of the environment's locale UTF-8? The locale is not set: the user's code may do that. */
static int is_utf8(void) {
  locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
  int utf8 = locale != (locale_t)0 && strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
  if (locale != (locale_t)0) freelocale(locale);
  return utf8;
}

/* Is colour wanted on standard output? */
static int want_color(int flags) {
  const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
  if (flags & (OPT_COLOR | OPT_NO_COLOR)) return (flags & OPT_COLOR) != 0;
  return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

/* Will the prompt open, after the options and the script have run? */
static int wants_prompt(const Options *o, int argc) {
  return (o->flags & OPT_INTERACTIVE) ||
         (o->script == argc && !(o->flags & (OPT_CODE | OPT_LUA_VERSION)) && isatty(STDIN_FILENO));
}

/* Makes the session names: requires the session module and calls its install(host). */
static int open_session(lua_State *L, const Options *o, int argc) {
  stop_setup(L);
  lua_getglobal(L, "require");
  lua_pushliteral(L, SESSION);
  int status = chunk_call(L, 1, 1);
  if (status != LUA_OK) return chunk_report(L, status);
  lua_pushvalue(L, -1);
  lua_setfield(L, LUA_REGISTRYINDEX, SESSION);
  lua_getfield(L, -1, "install");
  lua_remove(L, -2);
  lua_createtable(L, 0, 14);
  lua_pushcfunction(L, terminal_width);
  lua_setfield(L, -2, "width");
  lua_pushcfunction(L, terminal_height);
  lua_setfield(L, -2, "height");
  lua_pushcfunction(L, message_width);
  lua_setfield(L, -2, "message_width");
  lua_pushcfunction(L, pager_show);
  lua_setfield(L, -2, "page");
  lua_pushcfunction(L, sig_served);
  lua_setfield(L, -2, "stop_served");
  lua_pushcfunction(L, folder_is_file);
  lua_setfield(L, -2, "is_file");
  lua_pushboolean(L, want_color(o->flags));
  lua_setfield(L, -2, "color");
  lua_pushboolean(L, is_utf8());
  lua_setfield(L, -2, "utf8");
  lua_pushboolean(L, wants_prompt(o, argc));
  lua_setfield(L, -2, "prompt");
  lua_pushstring(L, o->seed);
  lua_setfield(L, -2, "seed");
  lua_pushliteral(L, MG_VERSION);
  lua_setfield(L, -2, "version");
  glob_open(L);
  lua_setfield(L, -2, "metatable");
  recovery_open(L);
  if (prog_open(L)) lua_setfield(L, -2, "progress");
  return chunk_report(L, chunk_call(L, 1, 0));
}

/* --seed n: require("moongrad").seed(n). */
static int seed(lua_State *L, const char *digits) {
  char *end;
  errno = 0;
  unsigned long long k = strtoull(digits, &end, 10);
  if (digits[0] < '0' || digits[0] > '9' || *end != '\0' || errno != 0 || k > 0xffffffffULL) {
    lua_pushfstring(L, "--seed needs a whole number from 0 to 4294967295, got '%s'", digits);
    return chunk_report(L, LUA_ERRRUN);
  }
  lua_getglobal(L, "require");
  lua_pushliteral(L, "moongrad");
  int status = chunk_call(L, 1, 1);
  if (status == LUA_OK) {
    lua_getfield(L, -1, "seed");
    lua_remove(L, -2);
    lua_pushinteger(L, (lua_Integer)k);
    status = chunk_call(L, 1, 0);
  }
  return chunk_report(L, status);
}

/* Sets the global arg: arg[0] is the script; the words before it have negative indices. */
static void create_arg(lua_State *L, char **argv, int argc, int script) {
  if (script == argc) script = 0; /* no script: count from the program */
  lua_createtable(L, argc - (script + 1), script + 1);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i - script);
  }
  lua_setglobal(L, "arg");
}

/* Runs the value of LUA_INIT_5_4, or else of LUA_INIT: Lua code, or "@" and the name of a file. */
static int lua_init(lua_State *L) {
  const char *name = "=LUA_INIT_5_4";
  const char *init = getenv(name + 1);
  if (init == NULL) init = getenv((name = "=LUA_INIT") + 1);
  if (init == NULL) return LUA_OK;
  return init[0] == '@' ? chunk_file(L, init + 1) : chunk_string(L, init, name);
}

/* Runs what the options ask for: LUA_INIT, -e and -l, the script, and the prompt or standard input. False
   after an error. */
static int run_all(lua_State *L, const Options *o, char **argv, int argc) {
  int session = !(o->flags & OPT_NO_SESSION);
  if (o->workers) setenv("MOONGRAD_WORKERS", o->workers, 1); /* which sweep reads and checks */
  if (session && open_session(L, o, argc) != LUA_OK) return 0;
  if (o->seed && seed(L, o->seed) != LUA_OK) return 0;
  if (!(o->flags & OPT_E) && lua_init(L) != LUA_OK) return 0;
  if (!opt_run(L, argv, o->script)) return 0;
  if (o->script < argc && chunk_script(L, argv + o->script) != LUA_OK) return 0;
  if (o->flags & OPT_INTERACTIVE)
    prompt_run(L, o);
  else if (o->script == argc && !(o->flags & (OPT_CODE | OPT_LUA_VERSION))) { /* nothing to run? */
    if (isatty(STDIN_FILENO)) {
      if (!session) puts(LUA_COPYRIGHT);
      prompt_run(L, o);
    } else if (chunk_file(L, NULL) != LUA_OK && session) /* lua5.4 ends with 0 here */
      return 0;
  }
  return 1;
}

/* The program, in protected mode; true when there was no error. */
static int pmain(lua_State *L) {
  int argc = (int)lua_tointeger(L, 1);
  char **argv = lua_touserdata(L, 2);
  Options o = opt_collect(argc, argv);
  const char *progname = argc > 0 && argv[0][0] ? argv[0] : "moongrad";
  int session = !(o.flags & OPT_NO_SESSION);

  luaL_checkversion(L);
  chunk_setup(progname, session);
  if (o.flags & (OPT_ERROR | OPT_HELP)) {
    opt_usage(progname, o.flags & OPT_ERROR ? argv[o.script] : NULL);
    lua_pushboolean(L, !(o.flags & OPT_ERROR));
    return 1;
  }
  if (o.flags & OPT_VERSION) {
    puts("moongrad " MG_VERSION);
    lua_pushboolean(L, 1);
    return 1;
  }
  if (o.flags & OPT_LUA_VERSION || (!session && o.flags & OPT_INTERACTIVE)) puts(LUA_COPYRIGHT);
  if (o.flags & OPT_E) {
    lua_pushboolean(L, 1); /* the libraries look for this */
    lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
  }
  if (session) err_warn(L);
  luaL_openlibs(L);
  path_open(L);
  if (session && !path_found()) {
    lua_pushliteral(L, PATH_LOST);
    chunk_report(L, LUA_ERRRUN);
    return 0;
  }
  create_arg(L, argv, argc, o.script);
  lua_gc(L, LUA_GCGEN, 0, 0);

  lua_pushboolean(L, run_all(L, &o, argv, argc));
  return 1;
}

/* At exit, also through os.exit: fails if output could not be written. Earlier failures do not count on a
   terminal: Ctrl-C may have interrupted a write. */
static void close_stdout(void) {
  int before = ferror(stdout) && !isatty(STDOUT_FILENO);
  errno = 0;
  if (fflush(stdout) != 0 || before) {
    fprintf(stderr, "moongrad: cannot write to standard output%s%s\n", errno ? ": " : "",
            errno ? strerror(errno) : "");
    _exit(EXIT_FAILURE);
  }
}

int main(int argc, char **argv) {
  lua_State *L = luaL_newstate();
  if (L == NULL) {
    esc_printf(stderr, "%s: cannot create state: not enough memory\n", argc > 0 ? argv[0] : "moongrad");
    return EXIT_FAILURE;
  }
  atexit(close_stdout);
  lua_pushcfunction(L, pmain);
  lua_pushinteger(L, argc);
  lua_pushlightuserdata(L, argv);
  int status = lua_pcall(L, 2, 1, 0);
  int ok = lua_toboolean(L, -1);
  chunk_report(L, status);
  lua_close(L);
  return status == LUA_OK && ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
