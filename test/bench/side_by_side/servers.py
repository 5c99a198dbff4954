"""The gate and its peers, each with one thread on one core, in front of the same registry, with an access log in a file: Debian's nginx,
HAProxy, and docker-registry in its pull-through mode. `plain` and `tls` are the addresses of what each serves (TLS 1.3)."""
import json
import os
import subprocess
from pathlib import Path

from harness.processes import LOOPBACK, Process, accepts_connections, free_port
from harness.servers import answers
from harness.world import GITHUB, REGISTRY, policy, trust_part, upstream_part
from side_by_side.measure import LOAD_CORE, SERVER_CORE, on_core

IMAGE = Path(__file__).resolve().parents[1] / "image"


class Certificate:
    """One for all of them: ECDSA on P-256. `both`: chain and key in one file, as HAProxy wants it."""

    def __init__(self, folder):
        self.chain, self.key, self.both = folder / "tls.crt", folder / "tls.key", folder / "tls.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout",
                        self.key, "-out", self.chain, "-subj", "/CN=bench", "-addext", f"subjectAltName=IP:{LOOPBACK}"],
                       check=True, capture_output=True)
        self.both.write_text(self.chain.read_text() + self.key.read_text())


class Server:
    """`log` is where its access log goes. What is written to standard output goes to a file too."""

    def __init__(self, name, folder):
        self.name, self.folder = name, Path(folder, name.replace(" ", "-"))
        self.folder.mkdir(parents=True)
        self.plain_port, self.tls_port = free_port(), free_port()
        self.plain, self.tls = f"http://{LOOPBACK}:{self.plain_port}", f"https://{LOOPBACK}:{self.tls_port}"
        self.log = self.folder / "access.log"

    def start(self, command, ready, core=SERVER_CORE, env=None):
        self.process = Process("server", on_core(core, command), self.folder, ready, env=env)

    @property
    def pid(self):
        return self.process.pid

    def lines(self):
        return self.log.read_bytes().count(b"\n") if self.log.exists() else 0

    def stop(self):
        self.process.stop()


class Gate(Server):
    """`ca`: what an upstream with https is believed by."""

    def __init__(self, program, folder, upstream, certificate, ca=None):
        super().__init__("countersign", folder)
        self.log, self.admin = self.folder / "server.log", free_port()
        (self.folder / "config.toml").write_text(f'''[server]
listen = ["{LOOPBACK}:{self.plain_port}"]
tls_listen = ["{LOOPBACK}:{self.tls_port}"]
tls = {{ certificate = "{certificate.chain}", key = "{certificate.key}" }}
threads = 1
[admin]
listen = "{LOOPBACK}:{self.admin}"
{upstream_part(upstream)}{f'ca = "{ca}"' if ca else ""}
[clients]
auth = ["none"]
[[clients.grant]]
who = "anonymous"
repositories = ["{REGISTRY}/**"]
actions = ["pull"]
{trust_part("bench", IMAGE / "trusted_root.json")}
{policy("bench", [f"{REGISTRY}/**"], "bench", [(GITHUB[0], "subject", GITHUB[1])])}
[default]
action = "deny"
''')
        self.start([program, "serve", "--config", self.folder / "config.toml"], lambda: answers(f"http://{LOOPBACK}:{self.admin}/readyz"))


NGINX = '''daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log {folder}/access.log combined{log};
  client_body_temp_path {folder}/body; fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  proxy_temp_path {folder}/proxy;
  proxy_cache_path {folder}/cache keys_zone=manifests:10m;
  keepalive_requests 1000000000;
  server {{
    listen {plain_address};
    listen {tls_address} ssl;
    ssl_certificate {certificate.chain};
    ssl_certificate_key {certificate.key};
    ssl_protocols TLSv1.3;
    {content}
  }}
  {more}
}}
'''
NGINX_PROXY = '''location / {{
      proxy_pass {scheme}://behind;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      {cache}
    }}'''
NGINX_CACHE = "proxy_cache manifests; proxy_cache_valid 200 1h;"


class Nginx(Server):
    """`content`: what the one server block does; `log`: more words of its access_log line."""

    def __init__(self, name, folder, certificate, content, more="", core=SERVER_CORE, log=""):
        super().__init__(name, folder)
        text = NGINX.format(folder=self.folder, certificate=certificate, content=content, more=more, log=log,
                            plain_address=f"{LOOPBACK}:{self.plain_port}", tls_address=f"{LOOPBACK}:{self.tls_port}")
        (self.folder / "nginx.conf").write_text(text)
        self.start(["nginx", "-p", self.folder, "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"],
                   lambda: accepts_connections(self.plain_port), core)


# Lines are joined before they are written, as the gate does with those of warm pulls (proxy/line_buffer.h).
JOINED = " buffer=64k flush=200ms"


def nginx_proxy(name, folder, certificate, port, cache, log="", scheme="http", settings=""):
    behind = f"upstream behind {{ server {LOOPBACK}:{port}; keepalive 64; keepalive_requests 1000000000; }}"
    return Nginx(name, folder, certificate, NGINX_PROXY.format(cache=NGINX_CACHE if cache else settings, scheme=scheme), behind, log=log)


def nginx_files(name, folder, certificate, root):
    """An origin: it shares the core of the load."""
    return Nginx(name, folder, certificate, f"root {root}; default_type application/octet-stream;", core=LOAD_CORE)


HAPROXY = '''global
  nbthread 1
  maxconn 4000
  log stdout format raw local0 info
defaults
  mode http
  log global
  option httplog
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
cache manifests
  total-max-size 16
  max-age 3600
frontend clients
  bind {plain_address}
  bind {tls_address} ssl crt {certificate.both} ssl-min-ver TLSv1.3
  {cache}
  default_backend behind
backend behind
  {options}
  server behind {upstream}
'''
HAPROXY_CACHE = "http-request cache-use manifests\n  http-response cache-store manifests"


class Haproxy(Server):
    def __init__(self, name, folder, certificate, port, cache, scheme="http", options=""):
        super().__init__(name, folder)
        self.log = self.folder / "server.log"
        upstream = f"{LOOPBACK}:{port}" + (" ssl verify none" if scheme == "https" else "")
        text = HAPROXY.format(certificate=certificate, cache=HAPROXY_CACHE if cache else "", upstream=upstream, options=options,
                              plain_address=f"{LOOPBACK}:{self.plain_port}", tls_address=f"{LOOPBACK}:{self.tls_port}")
        (self.folder / "haproxy.cfg").write_text(text)
        self.start(["haproxy", "-db", "-f", self.folder / "haproxy.cfg"], lambda: accepts_connections(self.plain_port))


class Registry(Server):
    """Debian's docker-registry: with `through`, it pulls through from there; it speaks plain or TLS, not both at once."""

    def __init__(self, name, folder, certificate=None, through=None, core=SERVER_CORE):
        super().__init__(name, folder)
        self.log = self.folder / "server.log"
        port = self.tls_port if certificate else self.plain_port
        http = {"addr": f"{LOOPBACK}:{port}", "secret": "of no consequence on loopback"}
        if certificate:
            http["tls"] = {"certificate": str(certificate.chain), "key": str(certificate.key), "minimumtls": "tls1.3"}
        settings = {"version": 0.1, "log": {"level": "error", "accesslog": {"disabled": False}}, "http": http,
                    "storage": {"filesystem": {"rootdirectory": str(self.folder / "storage")}}}
        if through:
            settings["proxy"] = {"remoteurl": through}
        (self.folder / "registry.yml").write_text(json.dumps(settings))  # JSON is YAML
        self.start(["docker-registry", "serve", self.folder / "registry.yml"], lambda: accepts_connections(port), core,
                   {**os.environ, "GOMAXPROCS": "1", "NO_PROXY": "*"})
