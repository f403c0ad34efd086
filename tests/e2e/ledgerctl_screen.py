"""The debugger in the whole terminal, as somebody sees it: tmux sends keys and reads screens."""

import itertools
import shlex
import shutil
import subprocess
import time

TERMINALS = itertools.count()


class Terminal:
    """A terminal of a size, in which one command runs; a context."""

    def __init__(self, scratch, environment, columns, rows):
        self.tmux = ["tmux", "-S", str(scratch / f"tmux-{next(TERMINALS)}"), "-f", "/dev/null"]
        self.environment = {**environment, "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh"}
        self.size = ["-x", str(columns), "-y", str(rows)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([*self.tmux, "kill-server"], check=False, capture_output=True)

    def ask(self, *words):
        done = subprocess.run([*self.tmux, *words], env=self.environment, check=True,
                              capture_output=True, text=True, timeout=30)
        return done.stdout

    def start(self, *command, **more):
        settings = [word for name, value in {**self.environment, **more}.items()
                    for word in ("-e", f"{name}={value}")]
        said = f"{shlex.join(map(str, command))}; echo ended with $?; sleep 600"
        self.ask("new-session", "-d", *self.size, *settings, "sh", "-c", said)

    def type(self, *keys):
        self.ask("send-keys", *keys)

    def shown(self, *options):
        return self.ask("capture-pane", "-p", *options)

    def until(self, *words, missing=()):
        """The screen that has all of these words."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            screen = self.shown()
            if all(word in screen for word in words) and not any(w in screen for w in missing):
                return screen
            time.sleep(0.02)
        raise AssertionError(f"{words} is not shown:\n{screen}")


class Screen:
    """What Ledgerctl of ledgerctl_verbs.py can do besides."""

    def terminal(self, columns=100, rows=30):
        return Terminal(self.scratch, self.environment, columns, rows)

    def the_record_is_stepped_through_in_the_whole_terminal(self):
        if shutil.which("tmux") is None:
            raise AssertionError("tmux is missing; tools/ci/packages-of-check has it")
        made = int(self.names["POLICY"])
        with self.terminal() as terminal:
            terminal.start(self.program, "debug", "--from", made - 2)
            screen = terminal.until(f"> {made - 2}  ", f"Rows that event {made - 2} changed",
                                    "q quit")
            assert "policy.created" in screen, "the events around it are shown"
            terminal.type("s", "s")
            terminal.until(f"> {made}  ", "+ policies web", "    + description: \"Servers\"")
            terminal.type("b")
            terminal.until(f"> {made - 1}  ")
            terminal.type(":", "watch policies.cou", "Enter")
            terminal.until("At byte")
            terminal.type(":", "Up", "BSpace", "unt", "Enter")
            terminal.until("1: watch policies.count = 0", "Breakpoints and watches")
            terminal.type("c")
            terminal.until(f"> {made}  ", "Watch 1, watch policies.count: 0 -> 1",
                           "1: watch policies.count = 1")
            terminal.type(":", "break policy.changed", "Enter", "c")
            terminal.until("    - description: \"Servers\"", "    + description: \"Web servers\"",
                           "~ policies web")
            coloured = terminal.shown("-e")
            assert "\x1b[31m" in coloured and "\x1b[32m" in coloured, coloured
            terminal.type(":", f"diff {made - 1} {made + 1}", "Enter")
            terminal.until(f"+ policies web  (event {made + 1}, policy.changed")
            terminal.type("?")
            terminal.until("\n help", "Keys: s or Right", "more: PgDn")
            terminal.type("End")
            terminal.until("an empty line repeats the last step")
            terminal.ask("resize-window", "-x", "40", "-y", "6")
            terminal.type("b")
            screen = terminal.until("> ", missing=("Messages",))
            assert len(screen.splitlines()) <= 6 and max(map(len, screen.splitlines())) <= 40
            terminal.ask("resize-window", "-x", "20", "-y", "2")
            terminal.type("s")
            terminal.ask("resize-window", "-x", "90", "-y", "24")
            terminal.until("Breakpoints and watches")
            terminal.type("q")
            terminal.until("ended with 0")

    def without_a_whole_terminal_the_debugger_takes_lines(self):
        debug = (self.program, "debug")
        for words in ((*debug, "--plain"), ("env", "TERM=dumb", *debug)):
            with self.terminal() as terminal:
                terminal.start(*words)
                terminal.until("(ledger)")
                terminal.type("step", "Enter")
                terminal.until("Event 1  ")
                terminal.type("quit", "Enter")
                terminal.until("ended with 0")
        for words, status, said in ((("-e", "until 3", "-e", "quit"), 0, "Event 3  "),
                                    (("-x", "nowhere"), 2, "Cannot read nowhere")):
            with self.terminal() as terminal:
                terminal.start(self.program, "debug", *words)
                terminal.until(said, f"ended with {status}")
        with self.terminal() as terminal:
            terminal.start(self.program, "debug", "-e", "until 3", NO_COLOR="1")
            terminal.until("> 3  ", "Events 0 to ")
            coloured = terminal.shown("-e")
            assert "\x1b[31m" not in coloured and "\x1b[32m" not in coloured, coloured
            terminal.type("q")
            terminal.until("ended with 0")
