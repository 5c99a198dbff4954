"""Pushes by every client: through the gate as directly, digest by digest and byte for byte, over plain HTTP; and again over HTTPS with a
private authority on both sides."""
import re

from harness import made, wire
from harness.certificates import Authority
from harness.every_client import every_client, go_programs
from harness.front import DIST, LISTED, Front
from harness.stored import Tree
from suites import signed_pushes

CLOSING_UPLOAD = re.compile(r"^(PATCH|PUT) /v2/\S+/blobs/uploads/")


def run(world):
    programs = go_programs(world.report)
    folder = world.folder / "pushes"
    images = {image.name: image for image in made.all_of_them(folder / "made")}
    registry = programs / "referrers-registry" if programs else None
    plain = Front(world, "clients", folder / "plain", referrers_registry=registry)
    tls = Front(world, "clients-tls", folder / "tls", authority=Authority(folder / "authority"))
    trees = {}
    for transport, front in (("HTTP", plain), ("HTTPS", tls)):
        world.report.section(f"every client over {transport}")
        # podman wants short paths.
        clients = every_client(world, front, world.folder / f"c{transport[4:]}", programs)
        for client in clients:
            for name in client.pushes:
                push(world, front, client, images[name], f"{client.name} pushes {name} over {transport}", trees)
        if front is plain:
            locations(world, front)
            other_places(world, front, {client.name: client for client in clients}, images)
        signed_pushes.run(world, front, clients, transport)


def push(world, front, client, image, what, trees):
    """Through the gate, twice. What it leaves is compared with what the same push leaves without the gate, known from plain HTTP."""
    check, repository = world.report.check, f"open/{client.name.replace(' ', '-')}/{image.name}"
    if (client.name, image.name) not in trees:
        direct = client.push(image, client.directly(front.dist, "direct/" + repository) + ":v1")
        trees[client.name, image.name] = Tree(front.dist, "direct/" + repository)
        check(f"without the gate {what}", direct.ok, direct.text)
    expected, reference = trees[client.name, image.name], client.through(front, DIST, repository) + ":v1"
    pushed = client.push(image, reference)
    stored = Tree(front.dist, repository)
    check(f"{what}, and the registry has the same as without the gate, every byte",
          pushed.ok and stored == expected and not stored.problems, f"expected: {expected}\nthere is: {stored}\n{pushed.text}")
    before = len(uploads(front.dist))
    again = client.push(image, reference)
    sent = uploads(front.dist)[before:]
    check(f"{what} again, and no blob is uploaded", again.ok and not sent and Tree(front.dist, repository) == expected, f"{sent}\n{again.text}")


def uploads(registry):
    return [request for request in registry.requests() if CLOSING_UPLOAD.match(request)]


def locations(world, front):
    """Each way to the registry is the way of the upload's next request too. docker-registry says its Location with its own host, the other
    registry without one."""
    check = world.report.check
    upload = "/v2/{}open/located/blobs/uploads/"
    ways = [("a listed host and a prefix", front.address, upload.format("dist/"), f"http://{front.address}/v2/dist/open/located/blobs/uploads/"),
            ("a virtual host", front.virtual_host, upload.format(""), f"http://{front.virtual_host}/v2/open/located/blobs/uploads/"),
            ("a host that is not listed", "gate.invalid", upload.format("dist/"), "/v2/dist/open/located/blobs/uploads/")]
    if front.listed:
        ways.append(("the default", front.address, upload.format(""), f"http://{front.address}/v2/open/located/blobs/uploads/"))
    for what, host, path, location in ways:
        headers = {"Host": host, "Content-Length": "0"}
        answer = wire.request(front.port, "POST", path, headers=headers)
        check(f"Location of an upload by {what}", answer.status == 202 and answer.header("Location").startswith(location), answer)
    answer = wire.request(front.port, "POST", upload.format("") + f"?ns={DIST}", headers={"Content-Length": "0"})
    found = answer.header("Location")
    check("Location of an upload by ns", found.startswith(f"http://{front.address}/v2/open/") and found.endswith(f"ns={DIST}"), answer)


def other_places(world, front, clients, images):
    check, twelve = world.report.check, images["twelve-layers"]
    for name in ("docker", "podman", "buildah", "skopeo", "containerd 1.6", "containerd 2"):
        if name in clients:  # they know that another repository has the blobs, and ask for mounts
            pushed = clients[name].push(twelve, clients[name].through(front, DIST, f"open/second/{name[-1]}") + ":v1")
            first, second = Tree(front.dist, f"open/{name.replace(' ', '-')}/twelve-layers"), Tree(front.dist, f"open/second/{name[-1]}")
            check(f"{name} pushes the same to another repository", pushed.ok and first == second and not second.problems, f"{pushed.text}\n{second}")
    if not front.listed:
        return
    crane, oras = clients["crane"], clients["oras"]
    source = crane.through(front, DIST, "open/crane/several-platforms") + ":v1"
    copied = crane.copy(source, crane.through(front, DIST, "open/copied") + ":v1")
    there = Tree(front.dist, "open/copied")
    check("crane copies from one repository to another", copied.ok and there.digest == images["several-platforms"].digest and not there.problems,
          f"{copied.text}\n{there}")
    for name, image in (("crane", "several-platforms"), ("skopeo", "from-buildkit"), ("containerd 1.6", "several-platforms"),
                        ("containerd 2", "from-buildkit"), ("podman", "twelve-layers"), ("oras", "artifact")):
        if name in clients:
            listed(world, front, clients[name], images[image])
    virtual_host(world, front, crane, images)
    for registry, name in ((front.dist, DIST), (front.listed, LISTED)):
        attachment(world, front, oras, registry, name)


def listed(world, front, client, image):
    """To the registry whose Location has no host, and whose blobs all repositories share."""
    repository = f"open/{client.name.replace(' ', '-')}"
    direct = client.push(image, client.directly(front.listed, "direct/" + repository) + ":v1")
    pushed = client.push(image, client.through(front, LISTED, repository) + ":v1")
    expected, there = Tree(front.listed, "direct/" + repository), Tree(front.listed, repository)
    world.report.check(f"{client.name} pushes {image.name} to the registry with the referrers API", direct.ok and pushed.ok and
                       expected == there and not there.problems, f"{direct.text}\n{pushed.text}\n{expected}\n{there}")


def virtual_host(world, front, crane, images):
    for image in images.values():
        pushed = crane.push(image, f"{front.virtual_host}/open/by-host/{image.name}:v1")
        there = Tree(front.dist, f"open/by-host/{image.name}")
        world.report.check(f"crane pushes {image.name} by a virtual host", pushed.ok and there.digest == image.digest and not there.problems,
                           f"{pushed.text}\n{there}")


def attachment(world, front, oras, registry, name):
    """`oras attach` writes the fallback tag exactly where it would without the gate."""
    left = []
    for repository, reference in (("direct/attached", oras.directly(registry, "direct/attached")),
                                  ("open/attached", oras.through(front, name, "open/attached"))):
        pushed, attached = oras.push_file(reference + ":v1"), oras.attach(reference + ":v1")
        subject = Tree(registry, repository)
        fallback = Tree(registry, repository, subject.digest.replace(":", "-"))
        found = oras.discover(reference + ":v1")
        kinds = ["application/vnd.acme.remark.v1" in found.text, fallback.digest is not None]
        left.append((pushed.ok and attached.ok and found.ok, subject.digest, fallback.digest, fallback.manifests, kinds))
        shown = f"{pushed.text}\n{attached.text}\n{found.text}"
    world.report.check(f"oras attaches to an artifact in {name} as it does without the gate, and discovers it",
                       left[0] == left[1] and left[1][0], f"{left}\n{shown}")
