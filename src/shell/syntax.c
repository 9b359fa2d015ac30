/* syntax.c - what a text at the prompt is: one input or several, the beginning of one, or a mistake.

   A text is compiled as an expression, and as statements if that fails. It is incomplete if the compiler's
   message ends in <eof>. */

#include <ctype.h>
#include <string.h>

#include "shell.h"

#define VALUES   "return nil, " /* before an expression: see load_expression */
#define MAX_LAST 50             /* the most lines that find_last looks for the last statement in */
#define EOFMARK  "<eof>"        /* ends the error of an incomplete text */

/* The addresses are keys in the registry. */
static const struct {
  char inputs; /* the list of inputs in the text that was split last */
  char rest;   /* the incomplete input at its end, nil if there is none */
} keys;

/* --- compiling --------------------------------------------------------------------- */

/* Compiles s as an expression; pushes the function or the error. The nil before its values keeps
   a call from being a tail call: an error in it then knows its line. */
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

/* The index in s where its last statement begins, if that is a call at the start of a line; else -1. It is a
   call if it begins with a name and compiles as an expression. */
static long find_last(lua_State *L, const char *s, size_t len, const char *name) {
  size_t i = len;
  for (int lines = 0; lines < MAX_LAST; lines++) {
    while (i > 0 && s[i - 1] != '\n') i--;
    if (i == 0) return -1;
    const char *word = s + i + strspn(s + i, " \t");
    if (isalpha((unsigned char)*word) || *word == '_') {
      int status = load_expression(L, s + i, len - i, name);
      lua_pop(L, 1);
      if (status == LUA_OK) return (long)i;
    }
    i--;
  }
  return -1;
}

/* Compiles s with VALUES inserted at index i; pushes the function or the error. */
static int load_with_values(lua_State *L, const char *s, size_t i, size_t len, const char *name) {
  size_t n;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addlstring(&b, s, i);
  luaL_addstring(&b, VALUES);
  luaL_addlstring(&b, s + i, len - i);
  luaL_pushresult(&b);
  const char *text = lua_tolstring(L, -1, &n);
  int status = chunk_load(L, text, n, name);
  lua_remove(L, -2);
  return status;
}

/* Replaces the function on top of the stack, of statements in several lines, by one that returns the values
   of the last statement if that is a call. Returns where that begins, -1 if nothing was replaced. */
static long return_last(lua_State *L, const char *s, size_t len, const char *name) {
  int top = lua_gettop(L);
  long i = find_last(L, s, len, name);
  /* What comes before it must compile too. Otherwise no statement begins there. */
  if (i >= 0 &&
      (chunk_load(L, s, (size_t)i, name) != LUA_OK || load_with_values(L, s, (size_t)i, len, name) != LUA_OK))
    i = -1;
  if (i >= 0) lua_replace(L, top);
  lua_settop(L, top);
  return i;
}

int syntax_load(lua_State *L, const char *s, size_t len, const char *name, long *values) {
  *values = s[0] == '='; /* "=x" is the expression x, as in Lua 5.2 */
  int status = load_expression(L, s + *values, len - (size_t)*values, name);
  if (status == LUA_OK || *values > 0) return status;
  *values = -1;
  lua_pop(L, 1);
  status = chunk_load(L, s, len, name);
  if (status == LUA_OK) *values = return_last(L, s, len, name);
  return status;
}

/* Lua allows one ";" after a return, and an expression is compiled as one: a second ";" is a mistake only
   after a first. */
int syntax_is_quiet(lua_State *L, const char *text, long values) {
  if (values >= 0) text += values;
  if (strchr(text, ';') == NULL) return 0;
  const char *more = lua_pushfstring(L, "%s\n;", text);
  int status = (values < 0 ? chunk_load : load_expression)(L, more, strlen(more), "=input");
  lua_pop(L, 2);
  return status == LUA_ERRSYNTAX;
}

/* --- whole, open or bad ------------------------------------------------------------- */

enum { WHOLE, OPEN, BAD };

/* Does the text end inside a string that may go on in the next line, after \ or \z? */
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

/* Does the text end in a colon where Lua expects the name of a method? That is how other languages begin a
   block, and a mistake here. */
static int ends_in_colon(const char *msg, const char *text, size_t len) {
  while (len > 0 && isspace((unsigned char)text[len - 1])) len--;
  return len > 1 && text[len - 1] == ':' && text[len - 2] != ':' &&
         strstr(msg, "<name> expected near") != NULL;
}

/* Does the compiler's message say that the text is incomplete? */
static int is_open(const char *msg, const char *text, size_t len) {
  size_t n = strlen(msg), m = sizeof EOFMARK - 1;
  if (n < m || strcmp(msg + n - m, EOFMARK) != 0) return 0;
  if (ends_in_colon(msg, text, len)) return 0;
  return strstr(msg, "unfinished string near") == NULL || string_goes_on(text, len);
}

/* What a text is by itself: WHOLE, OPEN or BAD. It is open if it may go on as an expression, like "{", or as
   statements, like "f(1) x =". */
static int judge(lua_State *L, const char *text, size_t len) {
  if (text[0] == '?' || text[0] == '!') /* the session turns such a line into Lua */
    return memchr(text, '\n', len) == NULL ? WHOLE : BAD;
  if (strcmp(text, "cd ..") == 0) return BAD; /* to Lua it is the beginning of an input */
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

/* --- the inputs in a text ------------------------------------------------------------- */

/* Does the text end in two blank lines? They end an input, also an incomplete one. */
static int is_forced(const char *s, size_t n) {
  int newlines = 0;
  while (n > 0 && isspace((unsigned char)s[n - 1])) newlines += s[--n] == '\n';
  return newlines >= 2;
}

/* May the text be copied from the screen, with the prompt in front? Of these only a number can begin Lua. */
static int may_be_copied(const char *s) {
  return *s == '>' || strncmp(s, "∇", 3) == 0 || isdigit((unsigned char)*s);
}

/* Pushes a list of one input, the text without the blanks at its end. */
static int push_one(lua_State *L, const char *text, size_t len) {
  while (len > 1 && isspace((unsigned char)text[len - 1])) len--;
  lua_newtable(L);
  lua_pushlstring(L, text, len);
  lua_rawseti(L, -2, 1);
  return 1;
}

/* inputs(text): the list of the inputs in the text, and the incomplete input at its end or nil. */
static int inputs(lua_State *L) {
  size_t len;
  const char *text = lua_tolstring(L, 1, &len);
  int how = judge(L, text, len);
  int simple = !may_be_copied(text) && (how == OPEN || memchr(text, '\n', len) == NULL);
  if (how == WHOLE || (simple && (how == BAD || is_forced(text, len)))) return push_one(L, text, len);
  if (!simple) {
    session_push(L, "inputs");
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

/* A text for a C function that is called in protected mode, which gets it as light userdata. To push it as a
   string may raise an error, and no error may jump over Readline, which calls us. */
typedef struct Text {
  const char *s;
  size_t len;
} Text;

/* split(Text): keeps inputs(text) in the registry and returns the number of inputs. */
static int split(lua_State *L) {
  const Text *text = lua_touserdata(L, 1);
  lua_pushcfunction(L, inputs);
  lua_pushlstring(L, text->s, text->len);
  lua_call(L, 1, 2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &keys.rest);
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
  lua_insert(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &keys.inputs);
  return 1;
}

int syntax_split(lua_State *L, const char *s, size_t len) {
  Text text = {s, len};
  lua_pushcfunction(L, split);
  lua_pushlightuserdata(L, &text);
  const int n = lua_pcall(L, 1, 1, 0) == LUA_OK ? (int)lua_tointeger(L, -1) : 0; /* memory was short */
  lua_pop(L, 1);
  return n;
}

const char *syntax_input(lua_State *L, int i) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &keys.inputs);
  lua_rawgeti(L, -1, i);
  lua_remove(L, -2);
  return lua_tostring(L, -1);
}

const char *syntax_rest(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &keys.rest);
  return lua_tostring(L, -1);
}

/* --- indentation ---------------------------------------------------------------------- */

/* indent(Text): the two numbers that session.indent(text) returns. */
static int indent(lua_State *L) {
  const Text *text = lua_touserdata(L, 1);
  if (!session_push(L, "indent")) return 0;
  lua_pushlstring(L, text->s, text->len);
  lua_call(L, 1, 2);
  return 2;
}

int syntax_indent(lua_State *L, const char *s, size_t len, int *own) {
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
