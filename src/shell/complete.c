/* complete.c - what the Tab key does: the part that calls Readline.

   moongrad/prompt/complete/complete.lua is the policy: it decides which words are offered. It is loaded at the first
   Tab. It runs none of the user's code: it has Lua's functions as they were at the start, as all of
   moongrad's own Lua has, and hooks and finalisers are off while it runs. If it fails nothing is offered. */

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "shell.h"

#define MAX_SHOWN 120 /* words listed at a time */

static struct {
  lua_State *state; /* whose names are offered */
  int told_at;      /* where the cursor was when the signature was shown last; -1: Tab showed none last */
  int tells;        /* does this Tab show the signature? Then the next one lists the words */
} tab = {.told_at = -1};

static const char policy; /* its address is the key of the policy's function in the registry */

/* What the policy offered last. Each string may be NULL. */
static struct {
  int from;        /* index in the line where the text begins that is replaced */
  size_t n;        /* number of words */
  char **words;    /* the texts that may replace it ... */
  char **shown;    /* ... and how each is shown in the list */
  char *common;    /* the longest text that all words begin with */
  char *signature; /* what to show of the call, index or option whose next part begins at the cursor */
} offer;

/* --- functions for the policy, and calls of it ------------------------------------------- */

/* home(path): the path "~/..." or "~name/..." with the home directory in place of "~" or "~name". Unchanged
   if there is no such directory. */
static int home(lua_State *L) {
  const char *path = luaL_checkstring(L, 1), *slash = strchr(path, '/'), *dir = getenv("HOME");
  if (slash != NULL && slash > path + 1) {
    const struct passwd *user = getpwnam(lua_pushlstring(L, path + 1, (size_t)(slash - path - 1)));
    dir = user != NULL ? user->pw_dir : NULL;
  }
  if (slash != NULL && dir != NULL)
    lua_pushfstring(L, "%s%s", dir, slash);
  else
    lua_pushvalue(L, 1);
  return 1;
}

/* Pushes the policy's function. It is made at the first call. */
static void push_policy(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &policy) != LUA_TNIL) return;
  path_require(L, "moongrad.prompt.complete.complete");
  lua_getfield(L, -1, "new");
  lua_createtable(L, 0, 4);
  lua_pushglobaltable(L);
  lua_setfield(L, -2, "globals");
  lua_getfield(L, LUA_REGISTRYINDEX, SESSION);
  lua_setfield(L, -2, "session");
  lua_pushcfunction(L, folder_files);
  lua_setfield(L, -2, "files");
  lua_pushcfunction(L, home);
  lua_setfield(L, -2, "home");
  lua_call(L, 1, 1);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &policy);
}

static void drop_offer(void) {
  for (size_t i = 0; i < offer.n; i++) {
    free(offer.words[i]);
    free(offer.shown[i]);
  }
  free(offer.words);
  free(offer.shown);
  free(offer.common);
  free(offer.signature);
  memset(&offer, 0, sizeof offer);
}

/* Pops the value on top of the stack; a copy of it if it is a string, else NULL. */
static char *take_string(lua_State *L) {
  const char *s = lua_tostring(L, -1);
  char *copy = s != NULL ? strdup(s) : NULL;
  lua_pop(L, 1);
  return copy;
}

/* As take_string, for a word to be inserted in the line: NULL if it has bytes that cannot be shown there. */
static char *take_word(lua_State *L) {
  char *word = take_string(L);
  const size_t n = word != NULL ? strlen(word) : 0;
  if (keys_clean(word, n) == n) return word;
  free(word);
  return NULL;
}

/* As take_string, for a word in the list: what cannot be shown is escaped. */
static char *take_shown(lua_State *L) {
  const char *s = lua_tostring(L, -1);
  char *copy = s != NULL ? esc_copy(s) : NULL;
  lua_pop(L, 1);
  return copy;
}

/* Copies the policy's result, the table on top of the stack, into offer. */
static void keep_offer(lua_State *L) {
  lua_getfield(L, -1, "from");
  offer.from = (int)lua_tointeger(L, -1) - 1;
  lua_getfield(L, -2, "signature");
  offer.signature = take_string(L);
  lua_getfield(L, -2, "common");
  offer.common = take_word(L);
  lua_getfield(L, -2, "shown");
  lua_getfield(L, -3, "words");
  size_t n = lua_rawlen(L, -1);
  offer.words = calloc(n + 1, sizeof *offer.words);
  offer.shown = calloc(n + 1, sizeof *offer.shown);
  if (offer.words == NULL || offer.shown == NULL) return;
  for (offer.n = 0; offer.n < n; offer.n++) {
    lua_rawgeti(L, -1, (lua_Integer)offer.n + 1);
    offer.words[offer.n] = take_word(L);
    lua_rawgeti(L, -2, (lua_Integer)offer.n + 1);
    offer.shown[offer.n] = take_shown(L);
  }
}

/* ask(): calls the policy with the text before the cursor and after it, and keeps its result. */
static int ask(lua_State *L) {
  push_policy(L);
  lua_pushlstring(L, rl_line_buffer, (size_t)rl_point);
  lua_pushstring(L, rl_line_buffer + rl_point);
  lua_call(L, 2, 1);
  if (lua_istable(L, -1)) keep_offer(L);
  return 0;
}

/* ask(), while hooks and finalisers of the user's are off. */
static void ask_alone(void) {
  lua_Hook hook = lua_gethook(tab.state);
  int mask = lua_gethookmask(tab.state), count = lua_gethookcount(tab.state);
  int collects = lua_gc(tab.state, LUA_GCISRUNNING);
  drop_offer();
  lua_sethook(tab.state, NULL, 0, 0);
  lua_gc(tab.state, LUA_GCSTOP);
  lua_pushcfunction(tab.state, ask);
  if (lua_pcall(tab.state, 0, 0, 0) != LUA_OK) {
    lua_pop(tab.state, 1);
    drop_offer();
  }
  if (collects) lua_gc(tab.state, LUA_GCRESTART);
  lua_sethook(tab.state, hook, mask, count);
}

/* --- Readline's side ---------------------------------------------------------------- */

/* rl_completion_word_break_hook: asks the policy, and returns the characters that end Readline's search for
   the start of the word: the one before offer.from. */
static char *word_breaks(void) {
  static char before[2];
  ask_alone();
  before[0] = offer.from > 0 ? rl_line_buffer[offer.from - 1] : '\0';
  return before;
}

/* Prints a line below the input, and the input again below that. */
static void tell(const char *line) {
  int point = rl_point;
  rl_point = rl_end;
  rl_redisplay_function();
  rl_crlf();
  esc_print(rl_outstream, line, strlen(line));
  rl_crlf();
  rl_point = point;
  rl_forced_update_display();
}

/* Our words begin at offer.from, Readline's skip bytes later. A copy of the word from there, for Readline to
   free; NULL if its first bytes differ from those in the line. */
static char *word_from(const char *word, size_t skip) {
  if (word == NULL || strncmp(word, rl_line_buffer + offer.from, skip) != 0) return NULL;
  return strdup(word + skip);
}

/* The matches for the text from start to the cursor, as Readline wants them: their common start first. */
static char **matches_from(int start) {
  size_t n = 0, skip = (size_t)(start - offer.from), typed = (size_t)(rl_point - start);
  char **matches = start >= offer.from && offer.n > 0 ? calloc(offer.n + 2, sizeof *matches) : NULL;
  if (matches == NULL) return NULL;
  for (size_t i = 0; i < offer.n; i++) {
    matches[n + 1] = word_from(offer.words[i], skip);
    if (matches[n + 1] != NULL) n++;
  }
  if (n == 1) {
    matches[0] = matches[1];
    matches[1] = NULL;
  } else {
    matches[0] = word_from(offer.common, skip);
    if (matches[0] == NULL || strlen(matches[0]) < typed) { /* completion must not delete what was typed */
      free(matches[0]);
      matches[0] = strndup(rl_line_buffer + start, typed);
    }
  }
  if (n > 0 && matches[0] != NULL) return matches;
  for (size_t i = 0; i <= n; i++) free(matches[i]);
  free(matches);
  return NULL;
}

/* rl_attempted_completion_function: the matches. Shows the signature, unless this Tab repeats the last. */
static char **complete(const char *text, int start, int end) {
  (void)text;
  rl_attempted_completion_over = 1;
  rl_completion_suppress_append = 1;
  tab.tells = offer.signature != NULL && (rl_last_func != rl_complete || tab.told_at != end);
  if (tab.tells) tell(offer.signature);
  tab.told_at = offer.signature != NULL ? end : -1;
  return matches_from(start);
}

/* How a match is shown in the list: a file, for example, without its directory. */
static char *shown_as(char *match) {
  for (size_t i = 0; i < offer.n; i++)
    if (offer.words[i] != NULL && strcmp(offer.words[i], match) == 0 && offer.shown[i] != NULL)
      return offer.shown[i];
  return match;
}

/* rl_completion_display_matches_hook: lists as many matches as fit on the screen together with the input.
   Readline cannot ask whether to list them all: its callback interface asks no questions. */
static void show(char **matches, int n, int longest) {
  char *list[MAX_SHOWN + 2] = {(char[]){'\0'}};
  int rows, cols, most = n < MAX_SHOWN ? n : MAX_SHOWN;
  longest = 0;
  if (tab.tells) return;
  for (int i = 1; i <= most; i++) {
    list[i] = shown_as(matches[i]);
    if ((int)strlen(list[i]) > longest) longest = (int)strlen(list[i]);
  }
  view_draw(); /* it may have been put off while this Tab was waiting */
  rl_get_screen_size(&rows, &cols);
  int in_line = cols / (longest + 2), lines = rows > 5 ? rows - 4 : 1; /* two blanks between columns */
  if (in_line < 1) in_line = 1;
  if (most > lines * in_line) most = lines * in_line;
  list[most + 1] = NULL;
  rl_display_match_list(list, most, longest);
  if (most < n) fprintf(rl_outstream, "... and %d more\n", n - most);
  rl_forced_update_display();
}

void comp_setup(lua_State *L) {
  tab.state = L;
  rl_completion_word_break_hook = word_breaks;
  rl_attempted_completion_function = complete;
  rl_completion_display_matches_hook = show;
  rl_basic_quote_characters = "";
  rl_completer_quote_characters = NULL;
  rl_variable_bind("page-completions", "off");
}
