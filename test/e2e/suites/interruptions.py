"""What breaks in the middle: downloads and uploads whose registry dies, clients that leave and come back, a registry that restarts between
two requests. Every client ends with the whole image or with none, and whoever tries again gets it."""
import os
import threading
import traceback

from harness import made
from harness.certificates import Authority
from harness.clients import Docker, Skopeo
from harness.cuts import DOWN, UP
from harness.every_client import every_client, go_programs
from harness.front import DIST, Front
from harness.images import Vector
from harness.processes import run as run_program
from harness.stored import Tree
from harness.uploads import Upload, request

MIB = 1 << 20
HALF = made.LARGE // 2  # no other blob of the image is as long
# They try again by themselves: docker after five seconds, the others at once.
RECOVER = {DOWN: ("docker",), UP: ("docker", "crane")}
NEVER_GIVE_UP = ("docker", "podman", "buildah")  # before a quarter of a minute has passed


def run(world):
    world.report.section("interrupted downloads and uploads")
    folder = world.folder / "breaks"
    image, other = made.twelve_layers(folder / "made"), made.one_large_layer(folder / "made")
    # docker's engine is the one of all suites, and fetches no layer that it has.
    docker = Aside(world, docker_alone, folder / "docker", made.one_large_layer(folder / "made", "only-for-docker"))
    front = whole(world, "breaks", folder / "plain", image)
    publish(front, other, "open/never")
    clients = every_kind(world, front)
    for client in clients:
        if client.name != "docker":
            broken_pull(world, front, client, image)
            broken_push(world, front, client, image)
        if client.name not in NEVER_GIVE_UP:
            never_whole(world, front, client, other)
    curl(world, front, image)
    resumed_uploads(world, front)
    restarted_registry(world, front)
    over_tls(world, whole(world, "breaks-tls", folder / "tls", image, Authority(folder / "authority")), image, other)
    docker.join()


def whole(world, name, folder, image, authority=None):
    """A gate in front of a registry that has the image as open/whole:v1."""
    front = Front(world, name, folder, authority)
    publish(front, image, "open/whole")
    return front


def publish(front, image, repository):
    skopeo = Skopeo(front.folder / "publisher", front.certs)
    skopeo.push(image, skopeo.directly(front.dist, repository) + ":v1")


def every_kind(world, front):
    """With sanitizers it is the gate that is looked at, not its clients."""
    if world.only_skopeo:
        return [Skopeo(world.folder / "b/skopeo")]
    return every_client(world, front, world.folder / "b", go_programs(world.report))


class Aside:
    """Runs while other things run: most of its time it waits."""

    def __init__(self, world, work, *arguments):
        self.world, self.work, self.arguments = world, work, arguments
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            self.work(self.world, *self.arguments)
        except Exception:
            self.world.report.check("what runs aside runs to its end", False, traceback.format_exc()[-3000:])

    def join(self):
        self.thread.join()


def docker_alone(world, folder, image):
    if world.dockerd:
        front, client = whole(world, "breaks-docker", folder, image), Docker(world.dockerd.host, folder / "client")
        broken_pull(world, front, client, image)
        broken_push(world, front, client, image)


def broken_pull(world, front, client, image):
    """The registry dies once, in the middle of a layer."""
    check, reference = world.report.check, client.through(front, DIST, "open/whole") + ":v1"
    with front.cuts.cutting(DOWN, HALF, times=1) as cuts:
        pulled = client.pull(reference)
        made_a_cut = cuts.made == 1
    if client.name in RECOVER[DOWN]:
        # How much arrived before the break decides whether it asks for a range or for all of it.
        check(f"{client.name} goes on with a download that broke", made_a_cut and pulled.ok and pulled.digest == image.digest, pulled.text)
        return
    # Whether it goes on by itself depends on its age; half an image is no image in any case.
    check(f"{client.name} has all of an image or nothing after a download that broke", made_a_cut and pulled.ok == (pulled.digest is not None),
          pulled.text)
    if not pulled.ok:
        pulled = client.pull(reference)
    check(f"{client.name} gets the image in the end", pulled.ok and pulled.digest == image.digest, pulled.text)


def broken_push(world, front, client, image):
    """The registry dies once, in the middle of an upload. Artifacts are what oras pushes; its layers come by `cp`."""
    check, repository = world.report.check, f"open/broken/{client.name.replace(' ', '-')}"
    reference = client.through(front, DIST, repository) + ":v1"
    with front.cuts.cutting(UP, HALF, times=1) as cuts:
        pushed = client.push(image, reference)
        made_a_cut = cuts.made == 1
    recovers = client.name in RECOVER[UP]
    check(f"{client.name} {'repeats' if recovers else 'notices'} an upload that broke", made_a_cut and (pushed.ok or not recovers), pushed.text)
    if not pushed.ok:
        pushed = client.push(image, reference)
    stored = Tree(front.dist, repository)
    check(f"{client.name} has pushed the image in the end, every byte", pushed.ok and stored.digest and not stored.problems, f"{stored}\n{pushed.text}")


def never_whole(world, front, client, image):
    """Every connection breaks half-way. An image of its own: containerd goes on where it was cut, and then has all of it."""
    with front.cuts.cutting(DOWN, HALF):
        pulled = client.pull(client.through(front, DIST, "open/never") + ":v1")
    whole = pulled.ok and pulled.digest == image.digest
    resumes = client.name.startswith("containerd")
    world.report.check(f"{client.name} has {'all of an image or nothing' if resumes else 'nothing'} where no connection brings a whole layer",
                       (whole and resumes) or (not pulled.ok and pulled.digest is None), pulled.text)


def curl(world, front, image):
    """The plainest client: what it has after a cut is a true beginning, and `curl -C -` gets the rest."""
    check, kind = world.report.check, front.url.partition(":")[0].upper()
    large = max((layer for layer in image.layers()), key=lambda layer: layer["size"])
    content, target = image.read(large["digest"]), front.folder / "blob"
    command = ["curl", "-sS", "--noproxy", "*", *(["--cacert", front.authority.ca] if front.authority else []), "-o", target]
    url = f"{front.scheme}://{front.address}/v2/dist/open/whole/blobs/{large['digest']}"
    with front.cuts.cutting(DOWN, HALF):
        broken = run_program([*command, url])
    got = target.read_bytes()
    check(f"over {kind} curl sees that a blob broke off, and what it has is its beginning",
          not broken.ok and len(got) < len(content) and content.startswith(got), f"{len(got)} bytes\n{broken.text}")
    before = front.dist.log().count(" 206 ")
    rest = run_program([*command, "-C", "-", url])
    check(f"over {kind} curl -C - gets the rest", rest.ok and target.read_bytes() == content and
          (not got or front.dist.log().count(" 206 ") > before), rest.text)


def resumed_uploads(world, front):
    """Clients that leave in the middle of an upload: the gate lets them find what the registry lets them find."""
    content, ways = os.urandom(2 * MIB), {}
    for way, port, repository in (("directly", front.dist.port, "direct/resumed"), ("through the gate", front.port, "dist/open/resumed")):
        between = Upload(port, repository, content)
        between.patch(0, MIB)
        between.ask()
        between.patch(MIB, len(content))
        between.close()
        broken = {}
        for method in ("PATCH", "PUT"):
            session = Upload(port, repository, content)
            session.break_off(method, MIB)
            broken[method] = session
        after = Upload(port, repository, content)
        after.close(content)
        ways[way] = (between.steps, after.steps)
        if way == "through the gate":
            check_resumed(world, between, after)
            for method, session in broken.items():
                left_behind(world, method, session)
    world.report.check("an upload in pieces is answered as it is without the gate", ways["directly"] == ways["through the gate"], ways)


def check_resumed(world, between, after):
    world.report.check("after a piece GET says how far the upload is, and the next piece goes on from there",
                       between.steps[2] == ("GET", 204, f"0-{MIB - 1}") and between.steps[-1][:2] == ("PUT", 201), between.steps)
    world.report.check("after uploads that broke off the same blob can be uploaded", after.steps[-1][:2] == ("PUT", 201), after.steps)


def left_behind(world, method, session):
    """docker-registry gives up a session whose piece broke off; that is what its client must hear, too."""
    status = session.ask()
    world.report.check(f"a client that left in the middle of a {method} hears the registry's answer about its session", status in (204, 404),
                       session.steps)


def restarted_registry(world, front):
    """Each request meets connections that the gate kept and that the registry, now another process, knows nothing of."""
    check, content = world.report.check, os.urandom(2 * MIB)
    upload = Upload(front.port, "dist/open/restarted", content)
    manifest = Vector.named("unsigned").manifest()
    kind = {"Content-Type": Vector.named("unsigned").media_type}
    steps = (("GET of a manifest", 200, lambda: request(front.port, "GET", "/v2/dist/open/whole/manifests/v1", b"", {"Accept": "*/*"})[0]),
             ("POST", 202, lambda: request(front.port, "POST", "/v2/dist/open/restarted/blobs/uploads/")[0]),
             ("PATCH", 202, lambda: upload.patch(0, len(content))),
             ("closing PUT", 201, upload.close),
             ("PUT of a manifest, which names blobs that are not there", 400,
              lambda: request(front.port, "PUT", "/v2/dist/open/restarted/manifests/v1", manifest, kind)[0]))
    for what, expected, step in steps:
        warm(front)
        front.dist.restart()
        status = step()
        check(f"the registry restarted: {what} is answered {expected}", status == expected, status)


def warm(front):
    """Several connections from every thread of the gate to the registry."""
    askers = [threading.Thread(target=request, args=(front.port, "GET", "/v2/dist/open/whole/tags/list")) for _ in range(16)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()


def over_tls(world, front, image, other):
    publish(front, other, "open/never")
    curl(world, front, image)
    skopeo = Skopeo(front.folder / "skopeo", front.certs)
    never_whole(world, front, skopeo, other)
    broken_push(world, front, skopeo, image)
