-- session_topics.lua - the pages of help "topics" about the prompt, sessions and scripts, in the form of topics.lua.

return {
{ "keys", { "prompt", "prompt keys", "keyboard", "editing", "readline", "shortcuts" }, [[
keys: the keys of the prompt
  Enter             runs the input if it is complete, else begins a new line
  Alt-Enter         begins a new line in any case
  Up, Down          move through the lines of the input, then to earlier inputs that begin with the typed text
  Tab               completes names, fields, options and files; if there are several, lists them
  Ctrl-R            finds an earlier input
  Ctrl-X Ctrl-E     edits the input in $VISUAL, $EDITOR or vi; Alt-# makes a comment of it
  Ctrl-C            drops the input; stops a running call and keeps THETA; twice more after a second ends moongrad
  Ctrl-Z            suspends moongrad; the shell's fg resumes it
  Ctrl-D            on an empty line: ends moongrad
  Ctrl-\            ends moongrad even while something runs, and saves the session: help "session"
  Enter, nothing typed   while a walk is open does its next operation; else repeats a step or a training just run
  Alt-b, nothing typed   while a walk is open undoes its last operation; in a text goes back by a word (walk-back)
The prompt prints every value of an expression, unless a ; ends it. _ and _1 to _9 are the last values: help "_".
What is taller than the window is shown with $PAGER, else with less. A % in reverse video marks output that ends without
a newline. ?name is short for help "name", !ls for shell "ls". Readline's keys work, and ~/.inputrc is used. PROMPT, a
string or a function, replaces the text of the prompt; it may contain colours. By default the prompt shows the epoch and
the cost of the last report (for J see help "costs"). moongrad runs $XDG_CONFIG_HOME/moongrad/init.lua before the first
prompt.
> 6 * 7
42
> x = 1; y1 = 2;]] },

{ "session", { "sessions", "saving", "recording", "replaying", "recovery" }, [[
session: list, save and repeat what you did
{session}
moongrad records every input that changes something. save_session writes them as a script; running the script gives the
same THETA, to the last bit. If a signal ends moongrad, if it runs out of memory, or if the terminal is closed, it
writes such a script by itself and prints its name; the next start prints the name once more. The newest ten stay.
> step(10)
> save_session "xor.lua"
> who()]] },

{ "time", { "past", "going back", "redo", "history of a network" }, [[
time: go back to an earlier state of a network
undo() takes back the last command that changed the network, undo(5) the last five. seek(100) goes to epoch 100, back or
forwards again; undo() also takes back a seek. THETA, the options and the results of the last pass are then as they
were, to the last bit. To do this a network keeps copies of itself from time to time, and repeats the steps after them.
It keeps at most 64 megabytes; the option undo changes that: network{2, 2, 1, undo = 256}.

A loop that calls step() 5000 times makes 5000 commands: undo() says how many more of the same there are, undo(5000)
takes them all back. time(f) and bench(f) count as one command. Writing into X, X[1][1] = 7, is no command and is not
taken back; undo says so if it takes back a command before it.

NET:copy() makes an independent network with the same past; diff() says where the two differ. step(n, {stop_when = f})
ends when f returns true. watch() records the value of an expression while the network trains.
> step(100)
> twin = NET:copy()  twin:seek(50)  twin.eta = .1  twin:step(50)
> diff(NET, twin)
> undo()]] },

{ "scripts", { "script", "library", "running scripts", "command line" }, [[
scripts: the commands of the prompt in a file
A script can use all names of the prompt; it shows only what it prints. A global of its own hides a function, time = 3.
X, J and the other live names are taken: write local X = 20, or run it by moongrad --no-session file.lua.
  moongrad file.lua          runs a file; moongrad -i file.lua opens the prompt after it
  moongrad -e "print(1)"     runs a line
  #!/usr/bin/env moongrad    as the first line of an executable file makes it a program
In any Lua 5.4, local mg = require "moongrad" loads everything except the prompt, and sets no global variable.
> print(step(10))
> local net = mg.network{2, 2, 1}  print(net:predict{{0, 1}})]] },
}
