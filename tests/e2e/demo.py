"""The demo as a process in a folder that looks like the repository's root, so that what it prints can be typed there."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from house import WASL, free_port

BINARY = os.path.abspath(WASL)


def free_port_pair():
    """The demo listens on a port and the one above it."""
    while True:
        port = free_port()
        if port < 65000 and not taken(port + 1):
            return port


def taken(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Demo:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="wasl-demo-")
        os.mkdir(os.path.join(self.folder, "build"))
        os.symlink(BINARY, os.path.join(self.folder, "build/wasl"))
        self.port = free_port_pair()
        self.process = None

    @property
    def config(self):
        return os.path.join(self.folder, "build/demo/wasl.json")

    def argv(self, port=None):
        return ["build/wasl", "serve", "--demo", "--state", "build/demo", "--port", str(port or self.port)]

    def start(self, seconds=30):
        with open(os.path.join(self.folder, "out"), "wb") as out, open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(self.argv(), cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=log)
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen("http://127.0.0.1:%d/readyz" % self.port, timeout=5):
                    return self
            except OSError:
                time.sleep(0.01)
        raise RuntimeError("the demo does not start:\n" + self.log())

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as f:
            return f.read().decode("utf-8", "replace")

    def said(self):
        return self.read("out")

    def log(self):
        return self.read("log")

    def run(self, *args, typed=None):
        """A command beside it; typed: the lines of its standard input."""
        text = None if typed is None else "".join(line + "\n" for line in typed).encode()
        done = subprocess.run([BINARY, "-c", self.config, *args], input=text, capture_output=True, timeout=120)
        done.out, done.err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")
        return done

    def rows(self, sql):
        done = self.run("query", "--json", sql)
        if done.returncode != 0:
            raise RuntimeError(done.err)
        return json.loads(done.out)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
        return self.process.returncode

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()
