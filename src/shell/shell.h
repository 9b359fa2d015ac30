/* shell.h - what the files of the shell share. The shell is the only layer that calls Readline.

   main.c      the program: what runs, in order
   options.c   the command line
   paths.c     finds moongrad's own Lua files and the user's files
   chunk.c     loads and calls chunks, reports their errors
   errors.c    the messages of errors
   escape.c    escapes text for the terminal
   signals.c   signals, while Lua runs and while a line is read
   stop.c      stops the Lua code that runs
   progress.c  the progress line of a long call
   prompt.c    the prompt: reads inputs and runs them
   input.c     runs one input and shows its values
   syntax.c    what a text is: inputs, the beginning of one, or a mistake
   session.c   calls of the session module
   plain.c     the prompt of --no-session
   line.c      reads one line, with Readline or from a plain stream
   pager.c     shows tall texts with the user's pager
   cursor.c    brings the cursor to the start of a line
   keys.c      reads bytes from the terminal for Readline
   terminal.c  the modes of the terminal while a line is edited
   view.c      draws the input, or the part of it that fits the screen
   edit.c      the keys of an input of several lines
   move.c      those of them that move in it and search the history
   comment.c   the key that makes a comment of an input
   history.c   the history file
   files.c     writes files whole
   recovery.c  writes the session to a file
   ending.c    keeps a session that ends before its user leaves it
   complete.c  the Tab key
   globals.c   the metatable of _G that the user's code sets

   The shell calls Lua, not the engine. Of moongrad it uses luaopen_moongrad_core and the module
   moongrad.prompt.shell. */

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
  int flags;           /* OPT_ bits */
  int script;          /* index of the script's name, argc without one, or of a bad option */
  const char *seed;    /* the argument of --seed, or NULL */
  const char *workers; /* that of --workers, or NULL */
} Options;

Options opt_collect(int argc, char **argv);
void opt_usage(const char *progname, const char *bad); /* bad: the bad option; NULL for --help */
/* Runs -e, -l and -W of argv[1] to argv[n - 1], in order; false after an error. */
int opt_run(lua_State *L, char **argv, int n);

/* --- paths.c ---------------------------------------------------------------- */

#define PATH_LOST                                                                           \
  "no Lua files of moongrad " MG_VERSION " in its build tree, beside bin or in " MG_LUADIR  \
  ": a copy of the program does not run alone; install it, make install PREFIX=DIRECTORY, " \
  "or make a link to it"

void path_open(lua_State *L); /* finds our modules and adds a searcher for them to package.searchers */
int path_found(void);         /* were the Lua files found? Else the message is PATH_LOST */
void path_require(lua_State *L, const char *name); /* pushes one of our modules; loads it if needed */
int path_is_own(const char *source);               /* is it one of our files? source as in lua_Debug */
/* The path of the user's file, in buf, or NULL: below the directory in the environment variable xdg, else
   below the directory fallback in $HOME. */
char *path_user(char *buf, size_t size, const char *xdg, const char *fallback, const char *file);

/* --- chunk.c: load, call, report -------------------------------------------- */

/* A status is one of Lua's. chunk_file, chunk_string, chunk_library and chunk_script report errors
   themselves. */

void chunk_setup(const char *progname, int session); /* session: false under --no-session */
const char *chunk_progname(const char *name); /* the prefix of errors, NULL for none; returns the old one */
int chunk_call(lua_State *L, int narg, int nres); /* as lua_pcall */
int chunk_interrupted(void);                      /* was Ctrl-C pressed in the last chunk_call? */
int chunk_report(lua_State *L, int status); /* prints and pops the error if there is one; returns status */
int chunk_file(lua_State *L, const char *name);                  /* NULL: standard input */
int chunk_string(lua_State *L, const char *s, const char *name); /* name: of the chunk */
int chunk_library(lua_State *L, char *globname); /* "global[=module]": global = require(module) */
int chunk_script(lua_State *L, char **argv);     /* argv[0] with the arguments in the global arg */
int chunk_load(lua_State *L, const char *s, size_t len, const char *name); /* pushes the function or error */

/* --- files.c: writes files whole; all return false, with errno, after an error ----- */

#define MAX_PATH 4096

int file_make_dirs(char *path); /* makes the directories above path, readable by the user alone */
int file_write(int fd, const char *s, size_t n);                          /* all n bytes */
int file_replace(const char *path, const char *s, size_t n, mode_t mode); /* its new contents: s */

/* --- recovery.c: writes the session to a file -------------------------------- */

void recovery_tell(void);         /* prints the recovery files that the user has not been told of */
void recovery_open(lua_State *L); /* adds save, recover and former to host, the table on top of the stack */

/* --- ending.c ------------------------------------------------------------------ */

void end_open(lua_State *L); /* from here on, whatever ends the program, the session of L is kept */
void end_close(void);        /* the user has left the session: it is not kept */
void end_by(int sig);        /* keeps the session and ends the program by the signal */
int end_is_lost(void);       /* is the terminal of standard input gone? */

/* --- errors.c: the messages of errors ----------------------------------------- */

int err_plain(lua_State *L);   /* message handlers: under --no-session, */
int err_script(lua_State *L);  /* of scripts, */
int err_prompt(lua_State *L);  /* and at the prompt */
void err_syntax(lua_State *L); /* adds the place to the message, on top, of an input that does not compile */
void err_warn(lua_State *L);   /* from here on warnings are escaped, as errors are */
/* Adds advice to the message, on top, of a script that does not compile: the file of that name, or source. */
void err_unloadable(lua_State *L, const char *name, const char *source, size_t len);

/* --- escape.c: escapes text for the terminal ------------------------------------------ */

/* Bytes of the UTF-8 character at s; 0 if there is none, -1 if it does not end within n bytes. */
int esc_size(const char *s, size_t n);
char *esc_copy(const char *s); /* the escaped text, to be freed; NULL when memory is short */
void esc_print(FILE *f, const char *s, size_t n); /* newlines and tabs are not escaped */
void esc_printf(FILE *f, const char *format, ...);

/* --- signals.c --------------------------------------------------------------- */

void sig_prompt(int on);      /* 1: from here on signals are handled as the prompt needs it; 0: no longer */
void sig_enter(lua_State *L); /* from here on Ctrl-C stops what L runs ... */
int sig_served(
    lua_State *L);   /* for Lua: Ctrl-C has been answered by a function that ended early; Lua goes on */
int sig_leave(void); /* ... until here; the result of stop_leave */
void sig_clear_with(void (*f)(void)); /* f removes the progress line before a handler writes */
int sig_pressed(void);                /* was Ctrl-C pressed since sig_enter? */
void sig_restore(void);               /* gives the terminal the modes that it had before anything ran */
int sig_ends(int sig);                /* does the signal end the session, as TERM and HUP do? */
int sig_ends_line(int sig); /* does it end the reading of a line? SIGINT does, and those of sig_ends */
int sig_ending(void);       /* the signal of sig_ends that has come, else 0 */
void sig_hold(void);        /* from here on signals only leave a mark ... */
void sig_release(void);     /* ... until here */
int sig_wait(int fd);       /* waits for input: 0 when fd has some, else the signal that came */
int sig_pending(int sig);   /* has the signal left a mark? */
void sig_take(int sig);     /* removes the mark */
void sig_default(int sig);  /* lets the signal do what it does to any program; then it is held again */

/* --- stop.c ------------------------------------------------------------------- */

#define STOP_HASTE 20000 /* microseconds that code has to clean up after a stop */

enum { STOP_ASKED = 1, STOP_RAISED }; /* the error was raised, and may have been caught */

void stop_setup(lua_State *L);             /* replaces the functions that switch coroutines; once */
void stop_enter(lua_State *L, int to_end); /* L runs; to_end: does a stop hold until stop_leave? */
int stop_runs(void);                       /* does Lua run, between stop_enter and stop_leave? */
int stop_leave(void);                      /* L has ended; 0 without a stop, else one of these words */
void stop_served(void); /* the stop that was asked for has been answered, and Lua goes on */
int stop_ask(void);     /* asks for a stop, also from a signal handler; false if no Lua runs */

/* --- progress.c ---------------------------------------------------------------- */

int prog_open(lua_State *L); /* pushes host.progress; false, with nothing pushed, if there is to be none */
void prog_start(void);       /* a call begins: the cursor is at the start of a line */
void prog_clear(void);       /* removes the line, if it is shown */
int prog_in_line(void);      /* may the call have left the cursor behind a text? */

/* --- line.c ------------------------------------------------------------------- */

enum { LINE_OK, LINE_EOF, LINE_INTERRUPTED, LINE_ENDED }; /* ENDED: by the signal of sig_ending */

void line_setup(lua_State *L, int lines);                    /* lines: may an input have several? */
int line_editing(void);                                      /* are lines read with Readline? */
int line_read(const char *prompt, char **line, size_t *len); /* LINE_OK: *line is to be freed */
void line_prefill(const char *text);                         /* the next line begins with this text */
void line_break_off(void); /* restores the terminal if Readline has it; no line is read any more */

/* --- pager.c ------------------------------------------------------------------- */

/* host.page(text): shows the text with the user's pager; false if no lines are edited, or if there is no pager. */
int pager_show(lua_State *L);

/* --- cursor.c ------------------------------------------------------------------ */

void cursor_to_start(void); /* begins a line, unless the cursor is at the start of one */

/* --- keys.c ------------------------------------------------------------------- */

void keys_setup(void);
int keys_wait(void);           /* waits for a key: 0 when there is one, else the signal that came */
int keys_waiting(void);        /* is there a key already? */
void keys_redisplay(void);     /* rl_redisplay_function: draws the input, unless keys are waiting */
void keys_refresh(void);       /* draws it if that was put off, unless keys are still waiting */
void keys_reclaim(void);       /* takes back the keys that Readline has read and not used */
void keys_drop(void);          /* drops the keys that Readline has not read */
char *keys_paste(size_t *len); /* the text up to the end of the paste, to be freed; NULL: a signal came */
size_t keys_clean(char *s, size_t n); /* removes what cannot be shown except \n and \t; the new size */

/* --- terminal.c --------------------------------------------------------------- */

void term_setup(void); /* sets Readline's functions that set and restore the modes */
/* Asks the terminal to mark pastes, unless the inputrc says no; called when Readline has read that. */
void term_mark_pastes(int wanted);
void term_handle(int sig); /* handles Ctrl-Z or a new size of the window while a line is edited */
void term_lend(void);      /* another program uses the terminal ... */
void term_take_back(void); /* ... until here */
void term_restore(void);   /* restores the modes; no line is read any more */

/* --- view.c ------------------------------------------------------------------- */

void view_measure(void); /* tells Readline the size of the screen */
void view_draw(void);    /* draws the input, or the part around the cursor that fits the screen */

/* --- edit.c ------------------------------------------------------------------- */

void edit_setup(lua_State *L); /* names the commands and binds them to keys */
void edit_replace(void);       /* replaces Readline's commands, after it has read its inputrc */
int edit_cancelled(void);      /* did Ctrl-D drop the last line? */
int edit_accepted(void);       /* the number of inputs in the last line; 0 if Enter was not pressed */
void edit_begin(void);         /* at the start of each line */

/* --- move.c ------------------------------------------------------------------- */

int move_line_start(int i);          /* the index where the line of index i of the text starts */
int move_line_end(int i);            /* the index of the newline that ends it, or of the end of the text */
void move_replace(const char *text); /* replaces the whole text, in one step for undo */
void move_begin(void);               /* at the start of each line: a new search of the history */

/* Commands for Readline. */
int move_up(int count, int key);
int move_down(int count, int key);
int move_to_start(int count, int key);
int move_to_end(int count, int key);
int move_kill_to_start(int count, int key);
int move_kill_to_end(int count, int key);

/* --- folder.c ---------------------------------------------------------------------- */

/* files(path): a table from each name in the folder to whether that is a folder; nothing if it cannot be read. */
int folder_files(lua_State *L);
int folder_is(const char *path); /* is it a folder? */

/* is_file(path): is it a plain file, no pipe or device, which might be read for ever? */
int folder_is_file(lua_State *L);

/* --- comment.c ------------------------------------------------------------------ */

int edit_comment(int count, int key); /* Alt-#, in place of Readline's insert-comment */

/* --- globals.c --------------------------------------------------------------------- */

/* Replaces setmetatable and getmetatable; pushes host.metatable. */
void glob_open(lua_State *L);

/* --- history.c, complete.c, prompt.c ------------------------------------------ */

void hist_open(void);             /* reads the history file; from now on entries are written to it */
void hist_close(void);            /* writes the entries that are still waiting */
void hist_add(const char *entry); /* one input, which may have several lines */
int hist_former(lua_State *L);    /* host.former */
void comp_setup(lua_State *L);    /* sets what Tab does; L: the state whose names are offered */
void prompt_run(lua_State *L, const Options *o); /* until the input ends, or a signal ends the program */

/* --- session.c: the session module, nil under --no-session --------------------------- */

#define SESSION "moongrad.prompt.shell" /* its name, and the key of its table in the registry */

/* Pushes session[name]; false, with nothing pushed, when there is no such function. */
int session_push(lua_State *L, const char *name);
/* Pushes the input that does this move, "next" or "back", of the open walk; false, with nothing pushed, if there
   is none. */
int session_walk(lua_State *L, const char *move);
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
/* The number of blanks for a line after the text; *own: that for the last line of it, -1 to leave them. */
int syntax_indent(lua_State *L, const char *text, size_t len, int *own);

/* --- input.c, plain.c ------------------------------------------------------------- */

int input_run(lua_State *L);   /* runs the text at index 1; true if it ended without an error */
int plain_input(lua_State *L); /* reads and runs one input under --no-session; false at the end */

#endif
