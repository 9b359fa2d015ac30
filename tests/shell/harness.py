"""Functions for the shell's tests: TAP output, running a command, and a terminal to type into."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
import traceback

import pexpect
import pyte

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOONGRAD = os.path.abspath(os.environ.get("MOONGRAD", os.path.join(ROOT, "build/moongrad")))
LUA = os.environ.get("LUA", "lua5.4")
WAIT = 60  # seconds to wait before a test fails

# The default prompt, with or without a network, in UTF-8 or ASCII, also in a walk.
PROMPT = re.compile(r"(∇|∇ \d+( \S+)?|\d+( \S+)?|)( \[[^]]*\])?>")

_tests = []


def test(f):
    """Marks a function as a test; its docstring is the test's name."""
    _tests.append(f)
    return f


def check(truth, *said):
    if not truth:
        raise AssertionError("\n".join(str(s) for s in said))


def equal(got, expected, *said):
    check(got == expected, "got:      %r" % (got,), "expected: %r" % (expected,), *said)


def has_terminal():
    """Whether a pseudo-terminal can be opened: not in a bare chroot without /dev/pts."""
    try:
        for fd in os.openpty():
            os.close(fd)
        return True
    except OSError:
        return False


def main():
    """Runs all tests in their order, each with a directory of its own as HOME; speaks TAP."""
    print("1..%d" % len(_tests), flush=True)
    failed = 0
    terminal = has_terminal()
    for n, f in enumerate(_tests, 1):
        if not terminal and f.__globals__.get("NEEDS_TERMINAL"):
            print("ok %d - %s # SKIP no terminal to be had" % (n, f.__doc__), flush=True)
            continue
        home = tempfile.mkdtemp(prefix="moongrad-test-")
        try:
            f(home)
            print("ok %d - %s" % (n, f.__doc__), flush=True)
        except Exception as e:
            failed += 1
            print("not ok %d - %s" % (n, f.__doc__))
            text = str(e) if isinstance(e, AssertionError) else traceback.format_exc()
            at = traceback.extract_tb(sys.exc_info()[2])
            lines = ["line %d" % s.lineno for s in at if "test_" in s.filename]
            print("\n".join("# " + line for line in lines + text.split("\n")), flush=True)
        finally:
            shutil.rmtree(home, ignore_errors=True)
    sys.exit(failed > 0)


def environment(home, **more):
    """The variables of a user who lives in home; a value of None takes a variable away."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LUA", "XDG_", "NO_COLOR", "INPUTRC"))}
    env.update(PAGER="", HOME=home, TERM="xterm-256color", LC_ALL="C.UTF-8", ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", ""))
    for k, v in more.items():
        env.pop(k, None)
        if v is not None:
            env[k] = v
    return env


def run(*args, program=MOONGRAD, stdin="", cwd=None, home="/nonexistent", **env):
    """Runs a command without a terminal; returns (stdout, stderr, exit code)."""
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    p = subprocess.run([program, *args], input=data, capture_output=True, cwd=cwd, timeout=WAIT,
                       env=environment(home, **env))
    return p.stdout.decode("utf8", "replace"), p.stderr.decode("utf8", "replace"), p.returncode


def lua(code, *args, **kw):
    """Runs moongrad -e code; returns its output without the last newline. Fails if it ends with an error."""
    out, err, rc = run(*args, "-e", code, **kw)
    equal(rc, 0, code, err)
    return out.rstrip("\n")


def fails(code, *said, **kw):
    """Runs moongrad -e code, which must fail with a line that contains all of said, and a traceback; returns the line."""
    out, err, rc = run("-e", code, **kw)
    equal(rc, 1, code, out, err)
    first = err.split("\n")[0]
    for text in said:
        check(text in first, code, "expected in the first line: " + text, err)
    check(err.split("\n")[1] == "stack traceback:", code, err)
    return first


def read(path):
    with open(path, encoding="utf8", errors="surrogateescape") as f:
        return f.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf8", errors="surrogateescape") as f:
        f.write(text)


def usual_signals():
    """Restores the default action of SIGPIPE and SIGXFSZ, which Python ignores and a shell does not."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


class Prompt:
    """moongrad on a terminal: sends it keys and shows its screen."""

    def __init__(self, home, *args, rows=50, cols=100, ready=True, **env):
        self.screen = pyte.Screen(cols, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.p = pexpect.spawn(MOONGRAD, list(args), env=environment(home, **env), dimensions=(rows, cols),
                               timeout=WAIT, cwd=home, preexec_fn=usual_signals)
        self.p.delaybeforesend = None
        if ready:
            self.until(self.is_ready)

    @classmethod
    def of(cls, command, *args, rows=50, cols=100, **env):
        """Starts another program on a terminal, for example a shell that starts moongrad."""
        p = cls.__new__(cls)
        p.screen = pyte.Screen(cols, rows)
        p.stream = pyte.ByteStream(p.screen)
        p.raw = b""
        p.p = pexpect.spawn(command, list(args), env=environment(**env), dimensions=(rows, cols), timeout=WAIT,
                            preexec_fn=usual_signals)
        p.p.delaybeforesend = None
        return p

    def is_sane(self):
        """Does the terminal have the settings of a fresh one?"""
        if not hasattr(Prompt, "usual"):
            fresh = pexpect.spawn("sleep", ["60"])
            Prompt.usual = termios.tcgetattr(fresh.child_fd)
            fresh.close(force=True)
        return termios.tcgetattr(self.p.child_fd) == Prompt.usual

    def lines(self):
        """The lines of the screen, without blanks at their ends and empty lines at the bottom."""
        lines = [line.rstrip() for line in self.screen.display]
        while lines and lines[-1] == "":
            lines.pop()
        return lines

    def line(self):
        """The line the cursor is in."""
        return self.screen.display[self.screen.cursor.y].rstrip()

    def is_ready(self):
        """Is the cursor behind an empty default prompt?"""
        line = self.line()
        return PROMPT.fullmatch(line) is not None and self.screen.cursor.x == len(line) + 1

    def feed(self, data):
        self.raw += data
        self.stream.feed(data)

    def until(self, true, wait=None):
        """Reads the program's output until true() returns true; fails after wait seconds."""
        end = time.monotonic() + (wait or WAIT)
        while not true():
            try:
                self.feed(self.p.read_nonblocking(65536, timeout=max(0.01, end - time.monotonic())))
            except pexpect.TIMEOUT:
                raise AssertionError("waited in vain; the screen:\n" + "\n".join(self.lines()))
            except pexpect.EOF:
                check(true(), "it ended; the screen:", *self.lines())
                return

    def until_text(self, text):
        self.until(lambda: any(text in line for line in self.lines()))

    def until_line(self, text):
        """Waits until the cursor's line is text."""
        self.until(lambda: self.line() == text)

    def until_typed(self, text):
        """Waits until the text after the default prompt is text."""
        self.until(lambda: self.typed() == text.rstrip())

    def keys(self, text):
        """Sends keys. It also reads the program's output meanwhile, as a terminal does."""
        fd, data = self.p.child_fd, text.encode()
        while data:
            readable, writable, _ = select.select([fd], [fd], [], WAIT)
            check(readable or writable, "neither reads nor writes; the screen:", *self.lines())
            if readable:
                try:
                    self.feed(self.p.read_nonblocking(65536, timeout=WAIT))
                except pexpect.EOF:
                    return
            if writable:
                os.set_blocking(fd, False)
                try:
                    data = data[os.write(fd, data):]
                except BlockingIOError:
                    pass
                os.set_blocking(fd, True)

    def typed(self):
        """The text after the default prompt in the cursor's line; the whole line if it has no prompt."""
        return re.sub("^" + PROMPT.pattern + " ?", "", self.line())

    def type(self, text):
        """Types text at a default prompt and waits until it is shown."""
        self.keys(text)
        self.until_typed(text)

    def enter(self, text, prompt=None):
        """Types a line, waits until it is shown after the prompt, by default after a default one, and starts it."""
        if prompt is None:
            self.type(text)
        else:
            self.keys(text)
            self.until_line((prompt + " " + text).rstrip())
        self.keys("\r")

    def paste(self, text):
        """Pastes text, with the brackets that a terminal puts around pasted text."""
        self.keys("\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~")

    def resize(self, rows, cols):
        self.screen.resize(rows, cols)
        self.p.setwinsize(rows, cols)

    def do(self, text):
        """Enters a line and waits for the next prompt; returns the lines printed in between."""
        self.p.send("\x0c")  # C-l clears the screen, so that only the answer is on it
        self.until(lambda: self.screen.cursor.y == 0 and self.is_ready())
        self.enter(text)
        self.until(lambda: self.screen.cursor.y > 0 and self.is_ready())
        return self.lines()[1:-1]

    def interrupt(self):
        """Presses Ctrl-C, and waits until something is printed and the prompt is back."""
        shown = len(self.raw)
        self.keys("\x03")
        self.until(lambda: len(self.raw) > shown and self.is_ready())

    def interrupt_at(self, prompt):
        """The same with a prompt other than the default one."""
        shown = len(self.raw)
        self.keys("\x03")
        self.until(lambda: len(self.raw) > shown and self.line() == prompt)

    def end(self):
        """Leaves with Ctrl-D; returns the exit code, -n for signal n."""
        self.keys("\x04")
        return self.wait()

    def end_sane(self):
        """Leaves with Ctrl-D and checks that the terminal is as it was; returns the exit code."""
        self.keys("\x04")
        self.drain()
        check(self.is_sane(), "the terminal is not as it was", *self.lines())
        return self.wait()

    def wait(self):
        """Waits until the program ends; returns the exit code."""
        self.drain()
        self.p.close(force=False)
        return self.p.exitstatus if self.p.signalstatus is None else -self.p.signalstatus

    def drain(self):
        try:
            while True:
                self.feed(self.p.read_nonblocking(65536, timeout=WAIT))
        except pexpect.EOF:
            pass
