/* input.c - one input of the prompt: is it complete, what does it mean, run it and show its values.

   An input is tried as an expression, then as statements. The session module has a
   say before it is compiled (open_input), with its values (results) and at its end
   (close_input); what of these it lacks is done plainly. */

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

#define VALUES   "return nil, " /* before an expression: see load_expression */
#define MAX_LAST 50             /* lines that the last statement of several may have */
#define EOFMARK  "<eof>"        /* ends the error of an incomplete input */

static lua_Integer count; /* inputs so far */
static long value_at; /* where in the last text the expression is whose values are shown; -1: there is none */
static int stepping;  /* did the last one step? Then an empty one repeats it */
/* Keys in the registry: the text of the last input; the inputs in a text, and what is open at its end. */
static const char last, taken, rest;

static int is_blank(const char *s) {
  while (isspace((unsigned char)*s)) s++;
  return *s == '\0';
}

/* Pushes session[name]; false, with nothing pushed, when there is no such function. */
static int push_helper(lua_State *L, const char *name) {
  int found = 0;
  if (lua_getfield(L, LUA_REGISTRYINDEX, SESSION) == LUA_TTABLE) {
    found = lua_getfield(L, -1, name) == LUA_TFUNCTION;
    lua_remove(L, -2);
  }
  if (!found) lua_pop(L, 1);
  return found;
}

/* Calls the function of the session below its narg arguments for nres results, or reports the error. Ctrl-C
   waits meanwhile: what it breaks off half-way would be wrong in all inputs that follow. So no code of the
   user's may run in here. */
static int call_helper(lua_State *L, int narg, int nres) {
  int status = lua_pcall(L, narg, nres, 0);
  if (status != LUA_OK) chunk_report(L, status);
  return status;
}

/* --- compiling --------------------------------------------------------------------- */

/* Compiles s as an expression; pushes the function or the error. The nil before its values keeps
   a call from being a tail call: errors in it then know the line that it stands in. */
static int load_expression(lua_State *L, const char *s, size_t len, const char *name) {
  size_t size;
  lua_pushliteral(L, VALUES);
  lua_pushlstring(L, s, len);
  lua_concat(L, 2);
  s = lua_tolstring(L, -1, &size);
  int status = chunk_load(L, s, size, name);
  lua_remove(L, -2);
  return status;
}

/* Replaces the function on top of the stack, of statements in several lines, by one that returns the values
   of the last of them if that is an expression: a call that begins a line. */
static void return_last(lua_State *L, const char *s, size_t len, const char *name) {
  size_t i = len;
  for (int lines = 0; lines < MAX_LAST && value_at < 0; lines++) {
    while (i > 0 && s[i - 1] != '\n') i--;
    if (i == 0) return;
    const char *word = s + i + strspn(s + i, " \t");
    int begins = isalpha((unsigned char)*word) || *word == '_';
    if (begins && load_expression(L, s + i, len - i, name) == LUA_OK) value_at = (long)i;
    if (begins) lua_pop(L, 1);
    i--;
  }
  if (value_at < 0) return;
  i = (size_t)value_at;
  value_at = -1;
  if (chunk_load(L, s, i, name) == LUA_OK) { /* what comes before is whole, so a statement begins here */
    size_t n;
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    luaL_addlstring(&b, s, i);
    luaL_addstring(&b, VALUES);
    luaL_addlstring(&b, s + i, len - i);
    luaL_pushresult(&b);
    const char *text = lua_tolstring(L, -1, &n);
    if (chunk_load(L, text, n, name) == LUA_OK) {
      value_at = (long)i;
      lua_replace(L, -4);
      lua_pop(L, 2);
      return;
    }
    lua_pop(L, 2);
  }
  lua_pop(L, 1);
}

/* Compiles s as an expression, else as statements; pushes the function or the error. */
static int load_text(lua_State *L, const char *s, size_t len, const char *name) {
  value_at = s[0] == '='; /* as Lua 5.2 had it */
  int status = load_expression(L, s + value_at, len - (size_t)value_at, name);
  if (status == LUA_OK || value_at > 0) return status;
  value_at = -1;
  lua_pop(L, 1);
  status = chunk_load(L, s, len, name);
  if (status == LUA_OK) return_last(L, s, len, name);
  return status;
}

/* Does the text break off inside a string where one may go on, after \ or \z? */
static int string_goes_on(const char *s, size_t n) {
  size_t i = n, slashes = 0;
  while (i > 0 && isspace((unsigned char)s[i - 1])) i--;
  if (i > 0 && s[i - 1] == 'z')
    i--;
  else if (i != n)
    return 0;
  while (slashes < i && s[i - 1 - slashes] == '\\') slashes++;
  return slashes % 2 == 1;
}

enum { WHOLE, OPEN, BAD };

/* Does a text end in a colon where the name of a method would follow? So begins a block in other languages.
 */
static int ends_in_colon(const char *msg, const char *text, size_t len) {
  while (len > 0 && isspace((unsigned char)text[len - 1])) len--;
  return len > 1 && text[len - 1] == ':' && text[len - 2] != ':' &&
         strstr(msg, "<name> expected near") != NULL;
}

/* Does the message say that the text broke off? */
static int is_open(const char *msg, const char *text, size_t len) {
  size_t n = strlen(msg), m = sizeof EOFMARK - 1;
  if (n < m || strcmp(msg + n - m, EOFMARK) != 0) return 0;
  if (ends_in_colon(msg, text, len)) return 0;
  return strstr(msg, "unfinished string near") == NULL || string_goes_on(text, len);
}

/* What a text is by itself: an input, the beginning of one, or a mistake. A beginning may be one of an
   expression, "{", or of statements, "f(1) x =". */
static int judge(lua_State *L, const char *text, size_t len) {
  if (text[0] == '?') return WHOLE; /* the session makes Lua of it */
  int equals = text[0] == '=', top = lua_gettop(L), how = BAD;
  if (load_expression(L, text + equals, len - (size_t)equals, "=input") == LUA_OK)
    how = WHOLE;
  else if (!equals && chunk_load(L, text, len, "=input") == LUA_OK)
    how = WHOLE;
  for (int i = top + 1; how == BAD && i <= lua_gettop(L); i++)
    if (is_open(lua_tostring(L, i), text, len)) how = OPEN;
  lua_settop(L, top);
  return how;
}

/* judge(text) for Lua: "ok", "open" or "bad". */
static int judge_text(lua_State *L) {
  static const char *const words[] = {"ok", "open", "bad"};
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  lua_pushstring(L, words[judge(L, text, len)]);
  return 1;
}

/* Do two blank lines at the end say that no more comes? */
static int is_forced(const char *s, size_t n) {
  int newlines = 0;
  while (n > 0 && isspace((unsigned char)s[n - 1])) newlines += s[--n] == '\n';
  return newlines >= 2;
}

/* May the text begin with a prompt, as one that was copied? No Lua does, but for a number. */
static int may_be_copied(const char *s) {
  return *s == '>' || strncmp(s, "∇", 3) == 0 || isdigit((unsigned char)*s);
}

/* The list of one input, without the blanks at its end. */
static int push_one(lua_State *L, const char *text, size_t len) {
  while (len > 1 && isspace((unsigned char)text[len - 1])) len--;
  lua_newtable(L);
  lua_pushlstring(L, text, len);
  lua_rawseti(L, -2, 1);
  return 1;
}

/* inputs(text): the list of inputs in the text, and what is open at its end. */
static int inputs(lua_State *L) {
  size_t len;
  const char *text = lua_tolstring(L, 1, &len);
  int how = judge(L, text, len);
  int simple = !may_be_copied(text) && (how == OPEN || memchr(text, '\n', len) == NULL);
  if (how == WHOLE || (simple && (how == BAD || is_forced(text, len)))) return push_one(L, text, len);
  if (!simple) {
    push_helper(L, "inputs");
    lua_pushvalue(L, 1);
    lua_pushcfunction(L, judge_text);
    lua_call(L, 2, 2);
    if (lua_rawlen(L, -2) > 0 || !is_forced(text, len)) return 2;
    return push_one(L, text, len);
  }
  lua_newtable(L);
  lua_pushvalue(L, 1);
  return 2;
}

/* A text that is handed over to a protected function: to push it takes memory, and Readline, which calls,
   must not be jumped over. */
typedef struct Text {
  const char *s;
  size_t len;
} Text;

/* take(Text): keeps the inputs in it; how many they are. */
static int take(lua_State *L) {
  const Text *text = lua_touserdata(L, 1);
  lua_pushcfunction(L, inputs);
  lua_pushlstring(L, text->s, text->len);
  lua_call(L, 1, 2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &rest);
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
  lua_insert(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &taken);
  return 1;
}

int input_take(lua_State *L, const char *s, size_t len) {
  Text text = {s, len};
  lua_pushcfunction(L, take);
  lua_pushlightuserdata(L, &text);
  const int n = lua_pcall(L, 1, 1, 0) == LUA_OK ? (int)lua_tointeger(L, -1) : 0; /* memory was short */
  lua_pop(L, 1);
  return n;
}

const char *input_taken(lua_State *L, int i) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, i > 0 ? &taken : &rest) == LUA_TTABLE) {
    lua_rawgeti(L, -1, i);
    lua_remove(L, -2);
  }
  return lua_tostring(L, -1);
}

/* indent(Text): the two numbers of lines.indent. */
static int indent(lua_State *L) {
  const Text *text = lua_touserdata(L, 1);
  if (!push_helper(L, "indent")) return 0;
  lua_pushlstring(L, text->s, text->len);
  lua_call(L, 1, 2);
  return 2;
}

int input_indent(lua_State *L, const char *s, size_t len, int *own) {
  Text text = {s, len};
  int top = lua_gettop(L), blanks = 0;
  *own = -1;
  lua_pushcfunction(L, indent);
  lua_pushlightuserdata(L, &text);
  if (lua_pcall(L, 1, 2, 0) == LUA_OK) {
    blanks = (int)lua_tointeger(L, -2);
    if (lua_isinteger(L, -1)) *own = (int)lua_tointeger(L, -1);
  }
  lua_settop(L, top);
  return blanks;
}

/* Does the text, an expression or statements, end in ";"? Then another one after it is a mistake. */
static int is_quiet(lua_State *L, const char *text,
                    int (*load)(lua_State *, const char *, size_t, const char *)) {
  if (strchr(text, ';') == NULL) return 0;
  const char *more = lua_pushfstring(L, "%s\n;", text);
  int status = load(L, more, strlen(more), "=input");
  lua_pop(L, 2);
  return status == LUA_ERRSYNTAX;
}

/* --- running ------------------------------------------------------------------------ */

/* The line about a call that Ctrl-C stopped: the report of the step, if it was one. */
static void report_interrupt(lua_State *L) {
  const char *text = "interrupted";
  int top = lua_gettop(L);
  if (push_helper(L, "interrupted") && lua_pcall(L, 0, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING)
    text = lua_tostring(L, -1);
  fflush(stdout);
  esc_printf(stderr, isatty(STDIN_FILENO) ? "\n%s\n" : "%s\n", text); /* the terminal shows ^C */
  lua_settop(L, top);
}

/* Says what ended a call; the word for it, of which session.close_input is told. Pops the error. */
static const char *report(lua_State *L, int status) {
  if (!chunk_interrupted()) {
    chunk_report(L, status);
    return "error";
  }
  lua_pop(L, 1);
  report_interrupt(L);
  return "interrupted";
}

/* Has a signal come since the last call, and so stopped nothing? TERM and HUP are for who reads next. */
static int is_stopped(lua_State *L) {
  if (sig_ending()) return 1;
  if (!sig_pending(SIGINT)) return 0;
  sig_take(SIGINT);
  report_interrupt(L);
  return 1;
}

/* session.open_input(text), or what is done without it: pushes the source, returns the input's number. */
static lua_Integer open_input(lua_State *L) {
  int top = lua_gettop(L);
  count++;
  if (push_helper(L, "open_input")) {
    lua_pushvalue(L, 1);
    int status = call_helper(L, 1, 2);
    if (status == LUA_OK && lua_isinteger(L, -2) && lua_type(L, -1) == LUA_TSTRING) {
      count = lua_tointeger(L, -2);
      lua_remove(L, -2);
      return count;
    }
    lua_settop(L, top);
  }
  lua_pushvalue(L, 1);
  return count;
}

/* Calls the function on top of the stack, which prints, with the n values at index 3. */
static const char *print_values(lua_State *L, int n) {
  if (is_stopped(L)) return "interrupted";
  for (int i = 3; i < n + 3; i++) lua_pushvalue(L, i);
  int status = chunk_call(L, n, 0);
  return status == LUA_OK ? "ok" : report(L, status);
}

/* session.results(quiet, values...) with the values above index 2, where the source is; what it returns
   prints them, which may take long and run code of the user's. */
static const char *show_results(lua_State *L, long from) {
  const char *source = lua_tostring(L, 2);
  int n = lua_gettop(L) - 2;
  int quiet =
      n > 0 && (from < 0 ? is_quiet(L, source, chunk_load) : is_quiet(L, source + from, load_expression));
  if (!push_helper(L, "results")) return "ok";
  luaL_checkstack(L, 2 * n + LUA_MINSTACK, "too many results to print");
  lua_pushboolean(L, quiet);
  for (int i = 3; i < n + 3; i++) lua_pushvalue(L, i);
  if (call_helper(L, n + 1, 2) != LUA_OK) return "error";
  stepping = lua_toboolean(L, -2);
  if (lua_type(L, -2) == LUA_TSTRING) { /* an empty input is to run this instead */
    lua_pushvalue(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &last);
  }
  return lua_isfunction(L, -1) ? print_values(L, n) : "ok";
}

static void close_input(lua_State *L, lua_Integer n, const char *how) {
  lua_settop(L, 2);
  if (!push_helper(L, "close_input")) return;
  lua_pushinteger(L, n);
  lua_pushstring(L, how);
  if (call_helper(L, 2, 1) == LUA_OK && lua_type(L, -1) == LUA_TSTRING) {
    fflush(stdout);
    esc_printf(stderr, "%s\n", lua_tostring(L, -1));
  }
}

/* Compiles the source at index 2 and runs it, and shows its values; the word for how that went. */
static const char *run_source(lua_State *L, lua_Integer n) {
  char name[32];
  size_t len;
  const char *source = lua_tolstring(L, 2, &len);
  snprintf(name, sizeof name, "=[%lld]", (long long)n);
  int status = load_text(L, source, len, name);
  long from = value_at; /* what runs may complete and compile other text */
  if (is_stopped(L)) return "interrupted";
  if (status != LUA_OK) {
    chunk_report(L, status);
    return "error";
  }
  status = chunk_call(L, 0, LUA_MULTRET);
  if (status != LUA_OK) return report(L, status);
  if (from >= 0) lua_remove(L, 3);
  return show_results(L, from);
}

/* Replaces an empty input at index 1 by the last one if that stepped; false if there is nothing to run. */
static int repeat(lua_State *L) {
  if (!is_blank(lua_tostring(L, 1))) return 1;
  if (!stepping) return 0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &last);
  lua_replace(L, 1);
  return 1;
}

int input_run(lua_State *L) {
  lua_settop(L, 1);
  if (!repeat(L)) return 1;
  lua_pushvalue(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &last);
  stepping = 0;
  lua_Integer n = open_input(L);
  const char *how = run_source(L, n);
  close_input(L, n, how);
  fflush(stdout);
  return strcmp(how, "ok") == 0;
}
