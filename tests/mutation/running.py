"""Runs a command that may hang, and leaves no process of it behind."""

import ctypes
import os
import resource
import select
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36

HANGS = -1000  # instead of an exit code


def adopt_orphans():
    """Where there is such a thing: what a killed test has started becomes a child of ours."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (AttributeError, OSError):
        pass


def children():
    found = []
    try:
        names = os.listdir("/proc")
    except OSError:
        return found
    for name in names:
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, "rb") as f:
                    fields = f.read().rsplit(b")", 1)[1].split()
            except (OSError, IndexError):
                continue
            if int(fields[1]) == os.getpid():
                found.append(int(name))
    return found


def end_all():
    for _ in range(100):
        left = children()
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass


def end(p):
    try:
        os.killpg(p.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    p.wait()


def processor_time():
    """Of everything that was started and has ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command, cwd, env, seconds, stop=None):
    """(exit code or HANGS, seconds of processor time, what it said on standard output); ended
    early when stop(line) is true of a line. It hangs when a process of it has used many
    times the seconds that all of it usually takes; or waits for longer, for a machine may
    be busy with something else."""
    limit = int(10 + 5 * seconds)
    timeout = 60 + 20 * seconds
    began, used = time.monotonic(), processor_time()
    out, rest, stopped = [], b"", False
    p = subprocess.Popen(command, cwd=cwd, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, start_new_session=True,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit)))
    rc = None
    try:
        with p.stdout:
            while not stopped:
                left = began + timeout - time.monotonic()
                if left <= 0 or not select.select([p.stdout], [], [], left)[0]:
                    rc = HANGS
                    break
                data = os.read(p.stdout.fileno(), 65536)
                if not data:
                    break
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    line = line.decode("utf-8", "replace")
                    out.append(line)
                    stopped = stopped or bool(stop and stop(line))
            if rc is None and not stopped:
                try:
                    rc = p.wait(max(0.1, began + timeout - time.monotonic()))
                except subprocess.TimeoutExpired:
                    rc = HANGS
    except BaseException:
        end(p)
        end_all()
        raise
    if rc is None or rc == HANGS:
        end(p)
        rc = 1 if rc is None else rc
    end_all()
    return rc, processor_time() - used, "\n".join(out + [rest.decode("utf-8", "replace")])
