/* shell.h - what the files of the shell share: the only layer that knows Readline.

   main.c      what happens, in order
   options.c   the command line
   paths.c     where moongrad's own Lua files are
   chunk.c     load, call, report: every chunk goes through here
   errors.c    what is said of an error
   escape.c    text on its way to the terminal
   signals.c   signals at the prompt: while Lua runs, and while a line is being read
   stop.c      stops what Lua runs
   progress.c  the line that says how far a long call is
   prompt.c    the prompt: read an input, run it
   input.c     one input: it is run and its values are shown
   syntax.c    what a text is: inputs, the beginning of one or a mistake
   session.c   the session module, as the shell calls it
   plain.c     the prompt of --no-session
   line.c      one line, from Readline or from plain input
   keys.c      the bytes that Readline gets
   terminal.c  the terminal while a line is edited: taken, lent, resized
   view.c      what of a large input is shown
   edit.c      the keys of an input of several lines
   history.c   the history file
   files.c     files that are written whole
   recovery.c  the session in a file: saved by its user, or kept when it is cut off
   ending.c    the end of a session that its user did not leave
   complete.c  what Tab offers
   globals.c   the metatable that the user's Lua gives _G

   The shell knows Lua, not the engine: of the rest it calls luaopen_moongrad_core
   and requires moongrad.prompt.shell. */

#ifndef MG_SHELL_H
#define MG_SHELL_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include <lauxlib.h>
#include <lua.h>

int luaopen_moongrad_core(lua_State *L);

/* --- options.c: the command line ------------------------------------------- */

enum {
  OPT_E = 1,            /* -E: ignore the environment */
  OPT_CODE = 2,         /* -e was given */
  OPT_INTERACTIVE = 4,  /* -i */
  OPT_LUA_VERSION = 8,  /* -v */
  OPT_VERSION = 16,     /* -V, --version */
  OPT_HELP = 32,        /* -h, --help */
  OPT_QUIET = 64,       /* -q */
  OPT_NO_RC = 128,      /* --no-rc */
  OPT_NO_SESSION = 256, /* --no-session */
  OPT_COLOR = 512,      /* --color=always */
  OPT_NO_COLOR = 1024,  /* --color=never */
  OPT_ERROR = 2048      /* argv[script] is bad */
};

typedef struct Options {
  int flags;        /* OPT_ bits */
  int script;       /* index of the script's name, argc without one, or of a bad option */
  const char *seed; /* what --seed was given, or NULL */
} Options;

Options opt_collect(int argc, char **argv);
void opt_usage(const char *progname, const char *bad); /* bad may be NULL: help was wanted */
int opt_run(lua_State *L, char **argv, int n);         /* -e, -l, -W in order; 0 after an error */

/* --- paths.c ---------------------------------------------------------------- */

#define PATH_LOST                                                                           \
  "no Lua files of moongrad " MG_VERSION " in its build tree, beside bin or in " MG_LUADIR  \
  ": a copy of the program does not run alone; install it, make install PREFIX=DIRECTORY, " \
  "or make a link to it"

void path_open(lua_State *L);                      /* preload and search moongrad's own modules */
int path_found(void);                              /* are they there? Else PATH_LOST says why not */
void path_require(lua_State *L, const char *name); /* pushes one of them, loaded when it is not yet */
int path_is_own(const char *source);               /* is this chunk's source one of our files? */
char *path_user(char *buf, size_t size, const char *xdg, const char *fallback, const char *file);

/* --- chunk.c: load, call, report -------------------------------------------- */

void chunk_setup(const char *progname, int session);
const char *chunk_progname(const char *name); /* sets it, gives the old one; NULL: no prefix on errors */
int chunk_call(lua_State *L, int narg, int nres);
int chunk_interrupted(void); /* was Ctrl-C pressed in the last chunk_call? */
int chunk_report(lua_State *L, int status);
int chunk_file(lua_State *L, const char *name); /* NULL: standard input */
int chunk_string(lua_State *L, const char *s, const char *name);
int chunk_library(lua_State *L, char *globname);
int chunk_script(lua_State *L, char **argv);
int chunk_load(lua_State *L, const char *s, size_t len, const char *name);

/* --- files.c: files written whole; false, with errno, when it could not be done -- */

#define MAX_PATH 4096

int file_make_dirs(char *path); /* the directories above path, for the user alone */
int file_write(int fd, const char *s, size_t n);
int file_replace(const char *path, const char *s, size_t n, mode_t mode); /* s is its contents then */

/* --- recovery.c: the session in a file --------------------------------------- */

void recovery_tell(void);         /* tells, once, of sessions that were cut off and kept */
void recovery_open(lua_State *L); /* adds save, recover and former to the table on top */

/* --- ending.c ------------------------------------------------------------------ */

void end_open(lua_State *L); /* from here on what ends the program keeps the session of L */
void end_close(void);        /* its user leaves it */
void end_by(int sig);        /* keeps it, and does what the signal does to any program */
int end_is_lost(void);       /* is the terminal gone? */

/* --- errors.c: what is said of an error --------------------------------------- */

int err_plain(lua_State *L); /* message handlers: under --no-session, */
int err_script(lua_State *L);
int err_prompt(lua_State *L);
void err_syntax(lua_State *L);
void err_warn(lua_State *L); /* from here on warnings are shown as errors are */
void err_unloadable(lua_State *L, const char *name, const char *source, size_t len);

/* --- escape.c: what moongrad says, its control bytes escaped ---------------------- */

int esc_size(const char *s, size_t n); /* bytes of the character at s; 0: it is none, -1: it ends beyond n */
char *esc_copy(const char *s);         /* to be freed; NULL when memory is short */
void esc_print(FILE *f, const char *s, size_t n); /* newlines and tabs stay */
void esc_printf(FILE *f, const char *format, ...);

/* --- signals.c --------------------------------------------------------------- */

void sig_prompt(int on);      /* from here on Ctrl-C and what ends a program belong to the prompt */
void sig_enter(lua_State *L); /* Ctrl-C stops what L runs ... */
int sig_leave(void);          /* ... until here; what stop_leave says */
void sig_clear_with(
    void (*f)(void));       /* handlers call f, which takes the progress line away, before they write */
int sig_pressed(void);      /* was Ctrl-C pressed since sig_enter? */
void sig_restore(void);     /* the terminal is again as it was before anything ran */
int sig_ends(int sig);      /* is it one that ends a session, as TERM and HUP? */
int sig_ends_line(int sig); /* does it end the reading of a line, as Ctrl-C and these do? */
int sig_ending(void);       /* the one of these that came, else 0 */
void sig_hold(void);        /* while a line is read, signals only leave a mark ... */
void sig_release(void);     /* ... until here */
int sig_wait(int fd);       /* 0 when fd has input, else the signal that came */
int sig_pending(int sig);   /* has it come and not been taken? */
void sig_take(int sig);     /* forget that it came */
void sig_default(int sig);  /* let it do what it does to any program, then hold again */

/* --- stop.c ------------------------------------------------------------------- */

#define STOP_HASTE 20000 /* us that there are at most to clean up */

enum { STOP_ASKED = 1, STOP_RAISED }; /* raised: an error which may have been caught since */

void stop_setup(lua_State *L);             /* once: keep track of coroutines */
void stop_enter(lua_State *L, int to_end); /* L runs; will a stop hold to its end, or be one error? */
int stop_runs(void);                       /* does anything, since stop_enter? */
int stop_leave(void);                      /* L has ended: 0 when no stop was asked for, or: */
int stop_ask(void); /* stop what runs, from a signal handler, too; false if nothing does */

/* --- progress.c ---------------------------------------------------------------- */

int prog_open(lua_State *L); /* pushes the function that shows the line; false where there is to be none */
void prog_start(void);       /* the cursor is at the start of a line */
void prog_clear(void);       /* takes it away, if there is one */

/* --- line.c ------------------------------------------------------------------- */

enum { LINE_OK, LINE_EOF, LINE_INTERRUPTED, LINE_ENDED }; /* the last: see sig_ending */

void line_setup(lua_State *L, int lines);                    /* may an input have several lines? */
int line_editing(void);                                      /* does Readline read? */
int line_read(const char *prompt, char **line, size_t *len); /* a line to be freed */
void line_prefill(const char *text);                         /* what the next line begins with */
void line_break_off(void); /* gives the terminal back if Readline has it, which will not go on */

/* --- keys.c ------------------------------------------------------------------- */

void keys_setup(void);
int keys_wait(void);           /* as sig_wait, for Readline's next key */
int keys_waiting(void);        /* is there one already? */
void keys_redisplay(void);     /* rl_redisplay_function: draws the input once no more keys wait */
void keys_refresh(void);       /* draws it, if the screen lags behind the keys */
void keys_reclaim(void);       /* takes back what Readline has not used */
void keys_drop(void);          /* forgets those that were read ahead */
char *keys_paste(size_t *len); /* what comes until the end of a paste, to be freed; NULL: a signal came */
size_t keys_clean(char *s, size_t n); /* leaves what can be shown, newlines and tabs; how many bytes remain */

/* --- terminal.c --------------------------------------------------------------- */

void term_setup(void); /* Readline takes the terminal, and gives it back, as this file does */
void term_mark_pastes(
    int wanted);           /* is the terminal to mark what is pasted? After Readline has read its inputrc */
void term_handle(int sig); /* does what Ctrl-Z or a new window size asks for while a line is edited */
void term_lend(void);      /* another program has the terminal ... */
void term_take_back(void); /* ... until here */
void term_restore(void);   /* Readline will not go on: the terminal is as it was before */

/* --- view.c ------------------------------------------------------------------- */

void view_measure(void); /* tells Readline how large the screen is */
void view_draw(void);    /* shows the input, or the part of it around the cursor that fits the screen */

/* --- edit.c ------------------------------------------------------------------- */

void edit_setup(lua_State *L); /* names the commands and binds them to keys */
void edit_replace(void);       /* after Readline has read its inputrc */
int edit_cancelled(void);      /* did Ctrl-D give the last line up? */
int edit_accepted(void);       /* how many inputs the last line was found to be; 0: it was not asked */
void edit_begin(void);         /* at the start of each line */

/* --- globals.c --------------------------------------------------------------------- */

/* Lets the user's Lua give _G a metatable beside the session's, and pushes host.metatable. */
void glob_open(lua_State *L);

/* --- history.c, complete.c, prompt.c ------------------------------------------ */

void hist_open(void);             /* from now on entries are kept in the history file */
void hist_close(void);            /* writes those that could not be written yet */
void hist_add(const char *entry); /* one input, which may have several lines */
int hist_former(lua_State *L);    /* host.former */
void comp_setup(lua_State *L);    /* bind Tab; L is the state whose names are offered */
void prompt_run(lua_State *L, const Options *o);

/* --- session.c: the session module, nil under --no-session --------------------------- */

#define SESSION "moongrad.prompt.shell" /* its name, and the key of its table in the registry */

/* Pushes session[name]; false, with nothing pushed, when there is no such function. */
int session_push(lua_State *L, const char *name);
/* Tells session.note what will be run: how is "script", "-e", "-l" or "init.lua". */
void session_note(lua_State *L, const char *how, const char *what);

/* --- syntax.c: what a text is ---------------------------------------------------------- */

/* Compiles the text as an expression, else as statements; pushes the function or the error. *values is where
   the expression begins whose values are shown, or -1. Nil is the first of the values then. */
int syntax_load(lua_State *L, const char *text, size_t len, const char *name, long *values);
/* Does the text, as syntax_load compiled it, end in ";"? */
int syntax_is_quiet(lua_State *L, const char *text, long values);
/* Keeps the inputs in the text; returns their number, 0 when the text is incomplete or memory is short. */
int syntax_split(lua_State *L, const char *text, size_t len);
const char *syntax_input(lua_State *L, int i); /* pushes the ith of the inputs that are kept */
const char *syntax_rest(lua_State *L);         /* pushes the incomplete input after them; NULL without one */
/* The blanks that a line after the text begins with; *own: those of the text's last line, -1 to leave them.
 */
int syntax_indent(lua_State *L, const char *text, size_t len, int *own);

/* --- input.c, plain.c ------------------------------------------------------------- */

int input_run(lua_State *L);   /* the text at index 1; did it end well? */
int plain_input(lua_State *L); /* reads and runs one under --no-session; false at the end */

#endif
