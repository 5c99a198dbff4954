"""Real forward proxies, squid and tinyproxy, each with a configuration of its own; and names that only one program sees."""
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from harness.processes import LOOPBACK, Process, accepts_connections, free_port

USER, PASSWORD = "ci", "forward-s3cret"
CREDENTIALS = f"{USER}:{PASSWORD}@"
VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy")


def environment(hosts=None, **variables):
    """This environment with these proxy variables and no others. `hosts`: a hosts file that getaddrinfo reads instead of the machine's."""
    env = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    if hosts:
        env.update(LD_PRELOAD="libnss_wrapper.so", NSS_WRAPPER_HOSTS=str(hosts))
    return {**env, **variables}


def hosts_file(folder, *names):
    path = Path(folder, "hosts")
    path.write_text("".join(f"{LOOPBACK} {name}\n" for name in names))
    return path


class ForwardProxy:
    """`log` is what it was asked for, one request a line; a tunnel is written when it ends."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.port = free_port()

    def url(self, user_info=""):
        return f"http://{user_info}{LOOPBACK}:{self.port}"

    def wait_for(self, count):
        """The log, once it has so many lines or for five seconds."""
        end = time.monotonic() + 5
        while len(self.log()) < count and time.monotonic() < end:
            time.sleep(0.05)
        return self.log()

    def stop(self):
        self.process.stop()


class Squid(ForwardProxy):
    """`access`: http_access rules; ASK_WHO lets in whoever knows the password."""

    ASK_WHO = "acl known proxy_auth REQUIRED\nhttp_access allow known\nhttp_access deny all"

    def __init__(self, folder, hosts, access="http_access allow all"):
        super().__init__(folder)
        self.access_log = self.folder / "access.log"
        users = self.folder / "users"
        crypted = subprocess.run(["openssl", "passwd", "-apr1", PASSWORD], check=True, capture_output=True, text=True).stdout
        users.write_text(f"{USER}:{crypted}")
        config = self.folder / "squid.conf"
        config.write_text(f"""http_port {LOOPBACK}:{self.port}
pid_filename {self.folder}/squid.pid
logformat request %rm %ru %>Hs
access_log stdio:{self.access_log} request
cache_log {self.folder}/cache.log
coredump_dir {self.folder}
cache deny all
cache_mem 4 MB
max_filedescriptors 1024
hosts_file {hosts}
dns_nameservers {LOOPBACK}
pinger_enable off
netdb_filename none
shutdown_lifetime 0 seconds
visible_hostname proxy.test
auth_param basic program /usr/lib/squid/basic_ncsa_auth {users}
auth_param basic children 1
{access}
""")
        if os.geteuid() == 0:
            self.let_in("proxy")
        self.process = Process("squid", ["squid", "-N", "-f", config], self.folder, lambda: accepts_connections(self.port))

    def let_in(self, user):
        """squid that was started by root serves as this user, which has to get to its folder and to the hosts file beside it."""
        shutil.chown(self.folder, user)
        for folder in self.folder.parents:
            if folder == Path(tempfile.gettempdir()):
                break
            folder.chmod(folder.stat().st_mode | 0o011)

    def log(self):
        lines = self.access_log.read_text().splitlines() if self.access_log.exists() else []
        return [line for line in lines if "error:" not in line]  # the harness's own knock, which asks for nothing


class Tinyproxy(ForwardProxy):
    def __init__(self, folder, hosts):
        super().__init__(folder)
        config = self.folder / "tinyproxy.conf"
        config.write_text(f'Port {self.port}\nListen {LOOPBACK}\nAllow {LOOPBACK}\nLogLevel Connect\nMaxClients 50\nTimeout 60\n'
                          f'BasicAuth {USER} {PASSWORD}\n')
        self.process = Process("tinyproxy", ["tinyproxy", "-d", "-c", config], self.folder, lambda: accepts_connections(self.port),
                               env=environment(hosts))

    def log(self):
        marker = "): "
        lines = [line for line in self.process.log.read_text().splitlines() if "Request (file descriptor" in line]
        return [" ".join(line.split(marker, 1)[1].split()[:2]) for line in lines]
