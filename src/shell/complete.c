/* complete.c - what Tab offers: globals, fields and methods, file names in quotes.

   Values are reached and listed by raw access only, so Tab never runs the user's
   code. What raw access does not see, the live names and the fields of moongrad's
   own objects, the session module tells: names(), value(name), fields(object) and
   field(object, key). */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "shell.h"

#define MAX_SHOWN 120 /* names listed at a time */
#define MAX_INDEX 8   /* tables along a chain of __index */

static lua_State *state; /* whose names are offered; the list of them is in its registry at &state */
static const char breaks[] = " \t\n\"'`~!@#$%^&*()-+={}[]|\\:;<>,.?/";

static int is_name(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* The quote that is open at the end of line[0..n), 'c' for a comment, 0 in plain code. */
static char lex(const char *line, int n) {
  char quote = 0;
  for (int i = 0; i < n; i++) {
    char c = line[i];
    if (quote != 0) {
      if (c == '\\')
        i++;
      else if (c == quote || c == '\n')
        quote = 0;
    } else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '-' && i + 1 < n && line[i + 1] == '-') {
      while (i < n && line[i] != '\n') i++;
      if (i >= n) return 'c';
    }
  }
  return quote;
}

/* --- from the text to a value ----------------------------------------------------- */

/* Pushes session[name] if there is a session; false without one. */
static int push_helper(lua_State *L, const char *name) {
  if (lua_getfield(L, LUA_REGISTRYINDEX, SESSION) != LUA_TTABLE) {
    lua_pop(L, 1);
    return 0;
  }
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
  return 1;
}

/* Replaces the object and key on top of the stack by the object's field, nil if
   raw access along tables in __index does not find one. */
static void step(lua_State *L) {
  int object = lua_gettop(L) - 1, key = object + 1;
  lua_pushvalue(L, object);
  for (int i = 0; i < MAX_INDEX; i++) {
    if (lua_istable(L, -1)) {
      lua_pushvalue(L, key);
      if (lua_rawget(L, -2) != LUA_TNIL) goto found;
      lua_pop(L, 1);
    }
    if (!lua_getmetatable(L, -1)) break;
    lua_pushliteral(L, "__index");
    lua_rawget(L, -2);
    lua_remove(L, -2);
    lua_remove(L, -2); /* the object before */
  }
  lua_settop(L, key);
  if (push_helper(L, "field")) {
    lua_pushvalue(L, object);
    lua_pushvalue(L, key);
    lua_call(L, 2, 1);
  } else
    lua_pushnil(L);
found:
  lua_replace(L, object);
  lua_settop(L, object);
}

/* Where the expression that ends before s[n] begins: name, name.name, name[1].name. */
static int chain_start(const char *s, int n) {
  int i = n;
  while (i > 0) {
    if (s[i - 1] == ']') {
      int j = i - 1;
      while (j > 0 && isdigit((unsigned char)s[j - 1])) j--;
      if (j == i - 1 || j == 0 || s[j - 1] != '[') return n;
      i = j - 1;
    } else if (is_name(s[i - 1])) {
      while (i > 0 && is_name(s[i - 1])) i--;
      if (i == 0 || s[i - 1] != '.' || (i > 1 && s[i - 2] == '.')) return i;
      i--;
    } else
      return n;
  }
  return n;
}

/* Pushes the value of the chain s[0..n), nil if there is none. */
static void push_chain(lua_State *L, const char *s, int n) {
  int i = 0;
  while (i < n && is_name(s[i])) i++;
  lua_pushglobaltable(L);
  lua_pushlstring(L, s, (size_t)i);
  lua_rawget(L, -2);
  lua_remove(L, -2);
  if (lua_isnil(L, -1) && push_helper(L, "value")) {
    lua_pushlstring(L, s, (size_t)i);
    lua_call(L, 1, 1);
    lua_remove(L, -2);
  }
  while (i < n && !lua_isnil(L, -1)) {
    if (s[i] == '[')
      lua_pushinteger(L, strtol(s + i + 1, NULL, 10));
    else {
      int j = i + 1;
      while (j < n && is_name(s[j])) j++;
      lua_pushlstring(L, s + i + 1, (size_t)(j - i - 1));
    }
    for (i++; i < n && s[i] != '.' && s[i] != '['; i++) {
    }
    step(L);
  }
}

/* --- from a value to names --------------------------------------------------------- */

/* Adds the string on top of the stack to the set at index set if it is a name that
   begins with the prefix; pops it. */
static void add(lua_State *L, int set, const char *prefix) {
  const char *s = lua_tostring(L, -1);
  int ok = strncmp(s, prefix, strlen(prefix)) == 0 && !isdigit((unsigned char)s[0]) && s[0] != '\0';
  for (const char *p = s; ok && *p; p++) ok = is_name(*p);
  if (ok) {
    lua_pushboolean(L, 1);
    lua_rawset(L, set);
  } else
    lua_pop(L, 1);
}

/* Adds the string keys of the table on top of the stack; for a method, those of functions. */
static void add_keys(lua_State *L, int set, const char *prefix, int method) {
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    int wanted = lua_type(L, -2) == LUA_TSTRING && (!method || lua_isfunction(L, -1));
    lua_pop(L, 1);
    if (wanted) {
      lua_pushvalue(L, -1);
      add(L, set, prefix);
    }
  }
}

/* Adds the strings of the list on top of the stack, if it is one; pops it. */
static void add_list(lua_State *L, int set, const char *prefix) {
  if (lua_istable(L, -1)) {
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) add(L, set, prefix);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* Adds the fields of the value on top of the stack; pops it. */
static void add_fields(lua_State *L, int set, const char *prefix, int method) {
  if (push_helper(L, "fields")) {
    lua_pushvalue(L, -2);
    lua_pushboolean(L, method);
    lua_call(L, 2, 1);
    add_list(L, set, prefix);
  }
  for (int i = 0; i < MAX_INDEX; i++) {
    if (lua_istable(L, -1)) add_keys(L, set, prefix, method);
    if (!lua_getmetatable(L, -1)) break;
    lua_pushliteral(L, "__index");
    lua_rawget(L, -2);
    lua_remove(L, -2);
    lua_remove(L, -2);
  }
  lua_pop(L, 1);
}

static void add_globals(lua_State *L, int set, const char *prefix) {
  static const char *const keywords[] = {
      "and",   "break", "do",  "else", "elseif", "end",    "false", "for",  "function", "goto",  "if", "in",
      "local", "nil",   "not", "or",   "repeat", "return", "then",  "true", "until",    "while", NULL};
  for (int i = 0; prefix[0] != '\0' && keywords[i]; i++) {
    lua_pushstring(L, keywords[i]);
    add(L, set, prefix);
  }
  lua_pushglobaltable(L);
  add_keys(L, set, prefix, 0);
  lua_pop(L, 1);
  if (push_helper(L, "names")) {
    lua_call(L, 0, 1);
    add_list(L, set, prefix);
  }
}

/* collect(text before the word, the word): the names as an array. */
static int collect(lua_State *L) {
  const char *left = lua_tostring(L, 1), *prefix = lua_tostring(L, 2);
  int n = (int)strlen(left), set = 3;
  char last = n > 0 ? left[n - 1] : ' ';
  lua_newtable(L);
  if (last == ':' || (last == '.' && !(n > 1 && left[n - 2] == '.'))) {
    int from = chain_start(left, n - 1);
    if (from < n - 1) {
      push_chain(L, left + from, n - 1 - from);
      add_fields(L, set, prefix, last == ':');
    }
  } else
    add_globals(L, set, prefix);
  lua_newtable(L);
  lua_pushnil(L);
  for (lua_Integer i = 1; lua_next(L, set); i++) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawseti(L, -3, i);
  }
  return 1;
}

/* --- Readline's side ---------------------------------------------------------------- */

/* The next match, allocated for Readline; NULL after the last. */
static char *next_match(const char *text, int again) {
  static lua_Integer i;
  (void)text;
  i = again ? i + 1 : 1;
  lua_rawgetp(state, LUA_REGISTRYINDEX, &state);
  char *s = lua_rawgeti(state, -1, i) == LUA_TSTRING ? strdup(lua_tostring(state, -1)) : NULL;
  lua_pop(state, 2);
  return s;
}

static char **complete(const char *text, int start, int end) {
  char **matches = NULL;
  char quote = lex(rl_line_buffer, start);
  (void)end;
  rl_attempted_completion_over = 1;
  rl_completion_append_character = '\0';
  if (quote != 0) {
    rl_attempted_completion_over = quote == 'c'; /* file names in quotes, nothing in a comment */
    return NULL;
  }
  lua_pushcfunction(state, collect);
  lua_pushlstring(state, rl_line_buffer, (size_t)start);
  lua_pushstring(state, text);
  if (lua_pcall(state, 2, 1, 0) == LUA_OK) {
    lua_rawsetp(state, LUA_REGISTRYINDEX, &state);
    matches = rl_completion_matches(text, next_match);
  } else
    lua_pop(state, 1);
  return matches;
}

/* A file name may have any character but the quote that it stands in. */
static char *word_breaks(void) {
  static char names[] = " \t\n\"'`~!@#$%^&*()-+={}[]|\\:;<>,.?/", files[] = "\"'";
  return lex(rl_line_buffer, rl_point) != 0 ? files : names;
}

/* Lists at most MAX_SHOWN matches: the callback interface asks no questions. */
static void show(char **matches, int n, int max) {
  int shown = n < MAX_SHOWN ? n : MAX_SHOWN;
  rl_display_match_list(matches, shown, max);
  if (shown < n) fprintf(rl_outstream, "... and %d more\n", n - shown);
  rl_forced_update_display();
}

void comp_setup(lua_State *L) {
  state = L;
  rl_basic_word_break_characters = breaks;
  rl_completion_word_break_hook = word_breaks;
  rl_attempted_completion_function = complete;
  rl_completion_display_matches_hook = show;
  rl_completer_quote_characters = NULL;
  rl_variable_bind("page-completions", "off");
}
