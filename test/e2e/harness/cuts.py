"""A way to a registry that breaks when a test says so: bytes pass unchanged, TLS or not, until a connection has carried too many."""
import contextlib
import socket
import threading

from harness.processes import LOOPBACK

DOWN, UP = "down", "up"  # from the registry, to the registry
PIECE = 64 * 1024


class Cuts:
    def __init__(self, port):
        self.target, self.plan, self.made, self.lock = port, None, 0, threading.Lock()
        self.listener = socket.create_server((LOOPBACK, 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @contextlib.contextmanager
    def cutting(self, direction, after, times=1000):
        """Inside, a connection that has carried `after` bytes in this direction is closed on both sides, `times` times. `made`: how often
        that was done."""
        with self.lock:
            self.plan, self.made = Plan(direction, after, times), 0
        try:
            yield self
        finally:
            self.plan = None

    def accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            try:
                server = socket.create_connection((LOOPBACK, self.target), timeout=30)
            except OSError:
                client.close()
                continue
            for source, sink, direction in ((client, server, UP), (server, client, DOWN)):
                threading.Thread(target=self.carry, args=(source, sink, direction), daemon=True).start()

    def carry(self, source, sink, direction):
        plan, carried = None, 0
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                if self.plan is not plan:
                    plan, carried = self.plan, 0
                carried += len(piece)
                if plan and plan.direction == direction and carried > plan.after and self.may_cut(plan):
                    break
                sink.sendall(piece)
        for side in (source, sink):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def may_cut(self, plan):
        with self.lock:
            if self.made >= plan.times:
                return False
            self.made += 1
            return True

    def stop(self):
        self.listener.close()


class Plan:
    def __init__(self, direction, after, times):
        self.direction, self.after, self.times = direction, after, times
