"""A copy of the tree that is built once, and of which one object at a time is broken."""

import os
import re
import shlex
import shutil
import subprocess

SOURCES = ("lib/sync", "cmd/plan", "cmd/apply")
SEEN = "-O0 -g1 -fsanitize-coverage=trace-pc"


def files_of(root):
    """What git knows of, or else everything but what was built."""
    p = subprocess.run(["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard"],
                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if p.returncode == 0:
        return [os.fsdecode(f) for f in p.stdout.split(b"\0") if f]
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [d for d in folders if not (folder == root and d in ("build", "bin", "state", "logs"))]
        found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return found


def tests_linked(folder, names):
    """Those are large, and linked again anyway."""
    return [n for n in names if os.path.basename(os.path.dirname(folder)) == "tests" and "." not in n]


def is_hit(arg, target):
    return arg == target or os.path.normpath(arg) == target


class Tree:
    """The copy in `at`. Programs and tests of it with a broken object are in at/mutant."""

    def __init__(self, root, at):
        self.at = at
        for name in files_of(root):
            src, dst = os.path.join(root, name), os.path.join(at, name)
            if os.path.lexists(src):
                os.makedirs(os.path.dirname(dst), exist_ok=True)
                shutil.copy2(src, dst, follow_symlinks=False)
        # What make has built there is a beginning.
        for name in ("bin", *(os.path.join("build", n) for n in ("lib", "cmd", "sandbox", "tests", "page.inc", "page.html",
                                                                  "table.inc", "commit.h"))):
            src, dst = os.path.join(root, name), os.path.join(at, name)
            if os.path.isdir(src) and not os.path.exists(dst):
                shutil.copytree(src, dst, symlinks=True, ignore=tests_linked)
            elif os.path.isfile(src) and not os.path.exists(dst):
                os.makedirs(os.path.dirname(dst), exist_ok=True)
                shutil.copy2(src, dst)
        # Where git is not, what was built keeps its version.
        commit = subprocess.run(["packaging/commit.sh"], cwd=root, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
        self.env = {**os.environ, **({"VAULTSYNC_COMMIT": commit} if commit else {})}
        self.mutant = os.path.join(at, "mutant")
        self.commands = {}
        self.linker = ["-Wl,-S"]
        # The most of the time goes into linking, and this one takes a third of it.
        if subprocess.run(["cc", "-fuse-ld=gold", "-Wl,--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          check=False).returncode == 0:
            self.linker.append("-fuse-ld=gold")
        self.changed = set()

    def make(self, *args, quiet=True):
        return subprocess.run(["make", *(["-s"] if quiet else []), *args], cwd=self.at, check=True, env=self.env,
                              stdout=None if quiet else subprocess.PIPE, text=True).stdout

    def tests(self):
        """The unit and property tests, as targets."""
        out = []
        for room in ("unit", "property"):
            for name in sorted(os.listdir(os.path.join(self.at, "tests", room))):
                if name.endswith("_test.c"):
                    out.append("build/tests/%s/%s" % (room, name[:-2]))
        return out

    def build(self, targets=()):
        """Everything, or these, as it should be; and how each file of it is made."""
        targets = targets or ["all", "build/tests/property/seed_world", *self.tests()]
        # A test is linked when it is run.
        self.make(*(t + ".o" if t in self.tests() else t for t in targets), *self.linked())
        text = self.make("-n", "-B", *targets, quiet=False)
        for line in text.replace("\\\n", " ").split("\n"):
            m = re.search(r" -o (\S+)", line)
            if m and not re.match(r"\s*(mkdir|rm|ar|cd|\{)", line):
                self.commands[os.path.normpath(m.group(1))] = \
                    [a for a in shlex.split(line) if a not in ("-MMD", "-MP", "-Werror", "-g")]
        shutil.rmtree(self.mutant, ignore_errors=True)
        os.makedirs(os.path.join(self.mutant, "bin"))
        for name in os.listdir(os.path.join(self.at, "bin")) if os.path.isdir(os.path.join(self.at, "bin")) else []:
            self.restore("bin/" + name)

    def linked(self):
        """What tests are linked to."""
        return ["build/lib/%s.a" % name for name in os.listdir(os.path.join(self.at, "lib"))] + \
            ["build/cmd/%s/%s.o" % (program, n[:-2]) for program in ("plan", "apply")
             for n in os.listdir(os.path.join(self.at, "cmd", program)) if n.endswith(".c")] + \
            ["build/tests/%s.o" % n for n in ("unit/plan_case", "unit/scenes", "property/sim", "property/sim_worlds")]

    def restore(self, target):
        link = os.path.join(self.mutant, target)
        if os.path.lexists(link):
            os.remove(link)
        os.makedirs(os.path.dirname(link), exist_ok=True)
        os.symlink(os.path.join(self.at, target), link)
        self.changed.discard(target)

    def environment(self, programs):
        """For tests, of the programs in that folder."""
        tmp = os.path.join(self.at, "tmp")
        shutil.rmtree(tmp, ignore_errors=True)
        os.makedirs(tmp)
        return {"TMPDIR": tmp, "BIN": programs, "VAULTSYNC_BIN": programs, "MIXED": os.path.join(self.at, "mixed"),
                "SANDBOX_PROGRAM": os.path.join(self.at, "bin/sandbox")}

    def read(self, path):
        with open(os.path.join(self.at, path), encoding="utf-8") as f:
            return f.read()

    def run(self, target, edit):
        """The command that makes target, with each argument put through edit; whether it went well."""
        command = [edit(a) for a in self.commands[target]]
        return subprocess.run(command, cwd=self.at, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode == 0

    def compile(self, path, text, obj):
        """The object of `path` with that text; None if it isn't C."""
        source = os.path.join(self.at, path)
        was = self.read(path)
        target = "build/%s.o" % path[:-2]
        try:
            with open(source, "w", encoding="utf-8") as f:
                f.write(text)
            if not self.run(target, lambda a: obj if is_hit(a, target) else a):
                return None
        finally:
            with open(source, "w", encoding="utf-8") as f:
                f.write(was)
        with open(os.path.join(self.at, obj), "rb") as f:
            return f.read()

    def link(self, target, path, obj):
        """The program `target` with obj in the place of the object of `path`."""
        out = os.path.join(self.mutant, target)
        if os.path.lexists(out):
            os.remove(out)
        os.makedirs(os.path.dirname(out), exist_ok=True)
        own = "build/%s.o" % path[:-2]
        command = [out if is_hit(a, target) else obj if is_hit(a, own) else a for a in self.commands[target]]
        if obj not in command:
            # Ahead of the library that has the right one, from which it isn't taken then.
            first = next(i for i, a in enumerate(command) if a.endswith(".a"))
            command.insert(first, obj)
        subprocess.run([*command, *self.linker], cwd=self.at, check=True)
        self.changed.add(target)

    def undo(self):
        for target in sorted(self.changed):
            self.restore(target)

    def build_seen(self, tests):
        """A second build, in build/seen, that notes which of its lines are run (seen.c): the programs, and these tests."""
        seen = os.path.join(self.at, "build/seen")
        shutil.rmtree(seen, ignore_errors=True)
        shutil.copytree(os.path.join(self.at, "build"), seen, symlinks=True, ignore=lambda d, n: ["seen"] if d == os.path.join(self.at, "build") else [])
        objects = []
        for folder in SOURCES:
            for name in sorted(os.listdir(os.path.join(self.at, folder))):
                if name.endswith(".c"):
                    objects.append("build/seen/%s/%s.o" % (folder, name[:-2]))
        for o in objects:
            os.remove(os.path.join(self.at, o))
        for t in self.tests():
            if os.path.exists(os.path.join(seen, t[len("build/"):])):
                os.remove(os.path.join(seen, t[len("build/"):]))
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-fPIE", "-c", "-o", "build/seen/note.o", "tests/mutation/seen.c"],
                       cwd=self.at, check=True)
        own = ["BUILD=build/seen", "BIN=build/seen/bin"]
        self.make(*own, "CFLAGS=" + SEEN, *objects)
        note = "LDFLAGS=" + os.path.join(self.at, "build/seen/note.o")
        self.make(*own, note, "all", *("build/seen/" + t for t in tests))
