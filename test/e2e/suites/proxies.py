"""Upstreams behind forward proxies: what goes through squid and tinyproxy, what does not, and what is said when they refuse. And names
that a registry leads to, which must not lead inside."""
from harness import wire
from harness.certificates import Authority
from harness.clients import Skopeo
from harness.forward_proxies import CREDENTIALS, PASSWORD, Squid, Tinyproxy, environment, hosts_file
from harness.images import Vector
from harness.processes import LOOPBACK, free_port, run as run_program
from harness.servers import DockerRegistry
from harness.shim import Answer, Shim
from harness.world import GRANTS, POLICIES, server_part, upstream_part
from suites.pulls import must_be_refused, must_pass

NAME = "registry.behind.test"  # no resolver of this machine knows it


class Setting:
    """One HTTPS registry with a private CA, and what leads to it."""

    def __init__(self, world):
        self.world, self.folder = world, world.folder / "proxies"
        self.folder.mkdir()
        self.hosts = hosts_file(self.folder, NAME, "cdn.test")
        authority = Authority(self.folder / "authority")
        self.ca = authority.ca
        certificate = authority.issue("registry", f"DNS:{NAME},IP:{LOOPBACK}")
        self.registry = world.keep(DockerRegistry(self.folder / "registry", certificate=certificate))
        self.by_name = f"https://{NAME}:{self.registry.port}"
        self.by_address = f"https://{LOOPBACK}:{self.registry.port}"
        self.skopeo = next(client for client in world.clients if isinstance(client, Skopeo))

    def gate(self, name, url, lines="", **env):
        config = upstream_part(url) + f'ca = "{self.ca}"\n{lines}\n' + GRANTS + POLICIES
        return self.world.start_gate(f"gate-{name}", config, env=environment(**env))

    def squid(self, name, access):
        return self.world.keep(Squid(self.folder / name, self.hosts, access))


def run(world):
    world.report.section("forward proxies")
    setting = Setting(world)
    squid = setting.squid("squid", Squid.ASK_WHO)
    through_squid(world, setting, squid)
    around_it(world, setting, setting.squid("squid-unused", Squid.ASK_WHO))  # its own: squid logs a tunnel when it ends
    through_tinyproxy(world, setting)
    plain(world, setting)
    failures(world, setting, squid)
    wrong_environment(world, setting)
    inside(world, setting)


def pushed_and_pulled(world, setting, gate, repository, how):
    """An image goes up and comes down again, and one without a signature does not come down."""
    check = world.report.check
    signed, unsigned = Vector.named("signed-rekor2-email"), Vector.named("unsigned")
    pushed = setting.skopeo.command("copy", setting.skopeo.trust("dest"), "--preserve-digests", f"oci:{unsigned.folder}:v1",
                                    f"docker://{gate.address}/{repository}:unsigned")
    check(f"{how}: skopeo pushes an image", pushed.ok, pushed.text)
    signed.push(gate.url, repository)
    for client in world.clients:
        must_pass(world, client, signed, f"{gate.address}/{repository}:v1", f"a signed image {how}")
    must_be_refused(world, setting.skopeo, f"{gate.address}/{repository}:unsigned", f"an unsigned image {how}", "no signature found")


def says_nothing_secret(world, gate, how):
    gate.stop()
    texts = [path.read_text(errors="replace") for path in gate.folder.iterdir() if path.suffix in (".log", ".jsonl")]
    world.report.check(f"{how}: no log of the gate has the proxy's password", texts and not any(PASSWORD in text for text in texts))


def through_squid(world, setting, squid):
    """The environment names the proxy, and only the proxy can resolve the registry's name."""
    gate = setting.gate("squid", setting.by_name, HTTPS_PROXY=squid.url(CREDENTIALS))
    pushed_and_pulled(world, setting, gate, "acme/squid", "through squid")
    says_nothing_secret(world, gate, "through squid")
    log = squid.wait_for(1)
    expected = f"CONNECT {NAME}:{setting.registry.port} 200"
    world.report.check("squid saw tunnels to the registry and nothing else", log and set(log) == {expected}, "\n".join(log))


def around_it(world, setting, squid):
    """The same environment, and a registry that it excepts."""
    signed = Vector.named("signed-rekor2-email")
    proxy = {"HTTPS_PROXY": squid.url(CREDENTIALS), "http_proxy": squid.url(CREDENTIALS)}
    excepted = setting.gate("no-proxy", setting.by_name, hosts=setting.hosts, NO_PROXY="example.com,.behind.test", **proxy)
    must_pass(world, setting.skopeo, signed, f"{excepted.address}/acme/squid:v1", "a signed image around the proxy, by NO_PROXY")
    loopback = setting.gate("loopback", setting.by_address, **proxy)
    must_pass(world, setting.skopeo, signed, f"{loopback.address}/acme/squid:v1", "a signed image from a loopback address, never proxied")
    configured = setting.gate("proxy-empty", setting.by_name, 'proxy = ""', hosts=setting.hosts, **proxy)
    must_pass(world, setting.skopeo, signed, f"{configured.address}/acme/squid:v1", 'a signed image with proxy = ""')
    for gate in (excepted, loopback, configured):
        gate.stop()
    world.report.check("the proxy saw nothing of these three", not squid.log(), "\n".join(squid.log()))


def through_tinyproxy(world, setting):
    tinyproxy = world.keep(Tinyproxy(setting.folder / "tinyproxy", setting.hosts))
    gate = setting.gate("tinyproxy", setting.by_name, f'proxy = "{tinyproxy.url(CREDENTIALS)}"', NO_PROXY="*")
    pushed_and_pulled(world, setting, gate, "acme/tiny", "through tinyproxy")
    says_nothing_secret(world, gate, "through tinyproxy")
    log = tinyproxy.wait_for(1)
    world.report.check("tinyproxy saw tunnels to the registry and nothing else",
                       log and set(log) == {f"CONNECT {NAME}:{setting.registry.port}"}, "\n".join(log))


def plain(world, setting):
    """An http registry on loopback, sent through the proxy because its configuration says so."""
    squid = setting.squid("squid-plain", Squid.ASK_WHO)
    config = upstream_part(world.registry.url) + f'proxy = "{squid.url(CREDENTIALS)}"\n' + GRANTS + POLICIES
    gate = world.start_gate("gate-plain-proxy", config, env=environment())
    pushed_and_pulled(world, setting, gate, "acme/plain", "through squid without TLS")
    says_nothing_secret(world, gate, "through squid without TLS")
    log = squid.wait_for(1)
    good = log and all(line.split()[1].startswith(world.registry.url + "/v2/") for line in log)
    world.report.check("squid saw whole URLs of the registry and nothing else", good, "\n".join(log))


def failures(world, setting, squid):
    """503 and not 403: nobody has looked at the image."""
    denying = setting.squid("squid-denying", "http_access deny all")
    down = f"http://{LOOPBACK}:{free_port()}"
    cases = (
        ("down", "a proxy that is down", down, "Connection refused"),
        ("refused", "a proxy that refuses", denying.url(), "403 Forbidden"),
        ("unknown", "a proxy that wants to know who asks", squid.url(), "407 Proxy Authentication Required"),
        ("wrong", "a proxy that knows another password", squid.url("ci:wrong-s3cret@"), "407 Proxy Authentication Required"),
    )
    for name, what, proxy, reason in cases:
        gate = setting.gate(f"proxy-{name}", setting.by_name, HTTPS_PROXY=proxy)
        must_say(world, gate, what, proxy.replace("ci:wrong-s3cret@", ""), reason)
    denied = setting.squid("squid-plain-unknown", Squid.ASK_WHO)
    config = upstream_part(world.registry.url) + f'proxy = "{denied.url()}"\n' + GRANTS + POLICIES
    gate = world.start_gate("gate-plain-unknown", config, env=environment())
    must_say(world, gate, "a proxy that wants to know who asks, without TLS", denied.url(), "407 Proxy Authentication Required")


def must_say(world, gate, what, proxy, reason):
    answer = wire.request(gate.port, "GET", "/v2/acme/squid/manifests/v1")
    text = answer.body.decode()
    said = f"proxy {proxy}" in text and reason in text and "s3cret" not in str(answer)
    world.report.check(f"{what}: 503 with Retry-After, which proxy and why", answer.status == 503 and answer.header("Retry-After") and said, answer)
    pulled = world.clients[0].pull(f"{gate.address}/acme/squid:v1")
    world.report.check(f"{what}: {world.clients[0].name} gets no image", not pulled.ok and pulled.digest is None, pulled.text)


def wrong_environment(world, setting):
    config = setting.folder / "check.toml"
    config.write_text(server_part(free_port(), free_port()) + upstream_part(setting.by_name) + GRANTS + POLICIES)
    command = [world.program, "config", "check", "--config", config]
    refused = run_program(command, env=environment(HTTPS_PROXY=f"socks5://{CREDENTIALS}{LOOPBACK}:1080"))
    world.report.check("HTTPS_PROXY with another scheme does not load, is named, and not repeated",
                       refused.status == 2 and "HTTPS_PROXY: is not an HTTP proxy" in refused.text and PASSWORD not in refused.text, refused.text)
    good = run_program(command, env=environment(HTTPS_PROXY=f"http://{CREDENTIALS}{LOOPBACK}:3128"))
    world.report.check("config check says which proxy an upstream goes through, without the password",
                       good.ok and f"through the proxy http://{LOOPBACK}:3128" in good.text and PASSWORD not in good.text, good.text)


def inside(world, setting):
    """A registry redirects to a name that resolves to a loopback address; the same with a token service."""
    world.report.section("names that lead inside")
    signed = Vector.named("signed-rekor2-email")
    signed.push(world.registry.url, "acme/led")
    cdn = world.keep(Shim(world.registry.port))
    front = world.keep(Shim(world.registry.port))
    elsewhere = f"http://cdn.test:{cdn.port}"

    def redirect(method, path, answer):
        return Answer(307, [("Location", elsewhere + path)], b"") if "/manifests/v1" in path else None

    def challenge(method, path, answer):
        return Answer(401, [("WWW-Authenticate", f'Bearer realm="{elsewhere}/token"')], b"") if "/manifests/v1" in path else None

    def gate(name, lines):
        config = upstream_part(front.url) + lines + GRANTS + POLICIES
        return world.start_gate(f"gate-{name}", config, env=environment(hosts=setting.hosts))

    closed, opened = gate("inside-closed", ""), gate("inside-open", 'internal_hosts = ["cdn.test"]\n')
    for what, fault in (("a redirect", redirect), ("a token service", challenge)):
        with front.with_faults(fault):
            cdn.seen.clear()
            answer = wire.request(closed.port, "GET", "/v2/acme/led/manifests/v1")
            said = f"cdn.test leads to {LOOPBACK}, an inside address" in answer.body.decode()
            world.report.check(f"{what} to a name that leads inside: 503, and nobody is asked there",
                               answer.status == 503 and said and not cdn.seen, f"{cdn.seen}\n{answer}")
            wire.request(opened.port, "GET", "/v2/acme/led/manifests/v1")
            world.report.check(f"{what} to a name that internal_hosts permits is asked", cdn.seen, cdn.seen)
    with front.with_faults(redirect):
        must_pass(world, setting.skopeo, signed, f"{opened.address}/acme/led:v1", "a signed image over a permitted redirect inside")
