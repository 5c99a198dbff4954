"""The program itself: commands, exit statuses, what it says about a wrong configuration, and how it ends."""
import re
import shutil

from harness.images import IMAGES, ROOT
from harness.processes import free_port, run as run_program
from harness.servers import answers
from harness.world import GRANTS, POLICIES, server_part, upstream_part


def run(world):
    check, program = world.report.check, world.program
    world.report.section("the program")
    version = run_program([program, "version"])
    check("version prints a version", version.ok and re.search(r"\d+\.\d+", version.text), version.text)
    check("an unknown command is wrong usage", run_program([program, "frobnicate"]).status == 2, run_program([program, "frobnicate"]).text)
    good = world.folder / "good.toml"
    good.write_text(server_part(free_port(), free_port()) + upstream_part(world.registry.url) + GRANTS + POLICIES)
    checked = run_program([program, "config", "check", "--config", good])
    check("config check accepts a good file", checked.ok, checked.text)
    example = run_program([program, "config", "check", "--config", ROOT / "config.toml.example"])
    check("config check reads config.toml.example", "unknown" not in example.text.lower(), example.text)
    readme = world.folder / "readme"
    readme.mkdir()
    (readme / "config.toml").write_text(re.search(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL).group(1))
    shutil.copy(IMAGES / "trusted_root.json", readme)
    checked = run_program([program, "config", "check", "--config", readme / "config.toml"])
    check("config check accepts the configuration of README.md", checked.ok, checked.text)
    bad = world.folder / "bad.toml"
    bad.write_text(good.read_text().replace('threads = 2', 'threads = "two"').replace("[log]\n", "[log]\ncolour = 1\n"))
    checked = run_program([program, "config", "check", "--config", bad])
    places = re.findall(r"bad\.toml:\d+:\d+: ", checked.text)
    check("config check names every problem of a bad file with line and column", checked.status == 2 and len(places) == 2, checked.text)
    served = run_program([program, "serve", "--config", bad], timeout=10)
    check("serve does not start with it, and says the same", served.status == 2 and len(re.findall(r"bad\.toml:\d+:\d+: ", served.text)) == 2,
          served.text)
    ends(world)


def ends(world):
    gate = world.start_gate("gate-ends", upstream_part(world.registry.url) + GRANTS + POLICIES)
    status = gate.stop()
    world.report.check("on SIGTERM it ends with status 0", status == 0, f"status {status}")
    world.report.check("and no longer listens", not answers(gate.url + "/v2/"))
