#!/usr/bin/env bash
# From nothing to a running gate: a real registry, countersign in front of it, one image that is signed and one that is not, and what
# happens when somebody pulls them. No Go, no Sigstore service and, once set up, no network are needed: the signed image and its
# signature are stored in test/data/images, as a real cosign made them.
#
#   demo.sh          sets up, builds, starts, shows; leaves registry and gate running
#   demo.sh stop     stops what it started
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
demo=$root/build/demo
images=$root/test/data/images
program=$root/build/release/bin/countersign

# --- processes: a pid file holds "pid start-time", so that a number reused by another program is never ended ---------------------
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20 || true; }
alive() {
  local pid since
  [ -s "$demo/$1.pid" ] || return 1
  read -r pid since < "$demo/$1.pid"
  [ -n "$since" ] && [ "$(started_at "$pid")" = "$since" ]
}
stop() {
  local name pid
  for name in gate registry; do
    if alive "$name"; then
      read -r pid _ < "$demo/$name.pid"
      kill -TERM "$pid"
      for _ in $(seq 100); do alive "$name" || break; sleep 0.1; done
      echo "stopped the $name (process $pid)"
    fi
    rm -f "$demo/$name.pid"
  done
}
# start NAME URL COMMAND...: in the background, until URL answers
start() {
  local name=$1 url=$2 pid
  shift 2
  setsid "$@" >"$demo/$name.log" 2>&1 </dev/null &
  pid=$!
  echo "$pid $(started_at "$pid")" > "$demo/$name.pid"
  for _ in $(seq 100); do
    curl -fs --noproxy '*' -m 2 -o /dev/null "$url" && return
    alive "$name" || break
    sleep 0.1
  done
  echo "the $name did not start; its log:" >&2
  tail -n 15 "$demo/$name.log" >&2
  stop
  exit 1
}
# port WISH: that port of loopback, or any other if it is taken
port() {
  python3 - "$1" <<'PY'
import socket, sys
for wish in (int(sys.argv[1]), 0):
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", wish))
    except OSError:
        continue
    print(probe.getsockname()[1])
    break
PY
}

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
run() { printf '  $ %s\n' "$*"; "$@" 2>&1 | sed 's/^/    /'; return "${PIPESTATUS[0]}"; }

case ${1:-} in
  '') ;;
  stop) stop; exit ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d' >&2; exit 2 ;;
esac

say "1. Installing what is missing, and building (the first time takes some minutes)"
bash scripts/setup.sh
mkdir -p "$demo"
build_log=$demo/build.log
{ cmake --preset release && cmake --build --preset release --target countersign; } >"$build_log" 2>&1 ||
  { tail -n 30 "$build_log"; echo "the build failed; all of it is in $build_log"; exit 1; }
echo "built $program: $("$program" version | head -n 1)"

say "2. Starting a registry, and the gate in front of it"
stop
rm -rf "$demo/storage" "$demo/pulled" "$demo/decisions.jsonl"
registry=127.0.0.1:$(port 5001)
gate=127.0.0.1:$(port 5000)
admin=127.0.0.1:$(port 9090)
cat > "$demo/registry.yml" <<E2
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $demo/storage}}
http: {addr: $registry, secret: demo}
E2
cat > "$demo/config.toml" <<E2
[server]
listen = ["$gate"]

[admin]
listen = "$admin"

[log]
decisions = "decisions.jsonl"

[[upstream]]                                  # the registry behind the gate
registry = "registry.demo"                    # the name that policies speak of
url = "http://$registry"
default = true
auth = "anonymous"
blobs = "open"

[clients]
auth = ["none"]
[[clients.grant]]
who = "anonymous"
repositories = ["registry.demo/**"]
actions = ["pull", "push"]

[trust.demo]                                  # whose certificates, logs and clocks are believed
trusted_root = "$images/trusted_root.json"

[[policy]]                                    # what must be true before an image is served
name = "acme-releases"
repositories = ["registry.demo/acme/**"]
trust = ["demo"]
  [[policy.signer]]
  name = "release-workflow"
  issuer = "https://token.actions.githubusercontent.com"
  subject = "https://github.com/acme/*/.github/workflows/release.yml@refs/tags/*"

[default]
action = "deny"
E2
start registry "http://$registry/v2/" docker-registry serve "$demo/registry.yml"
start gate "http://$admin/readyz" "$program" serve --config "$demo/config.toml"
echo "registry:  http://$registry"
echo "gate:      http://$gate        (configuration: $demo/config.toml)"

say "3. Loading two images into the registry, past the gate"
push() { python3 test/e2e/stack/push_vectors.py "$images/$1" "http://$registry" acme/app --tag "$2"; }
push signed-rekor2-github signed | sed 's/^/  acme\/app:/; s/$/   signed by the release workflow of github.com\/acme\/app/'
push unsigned unsigned | sed 's/^/  acme\/app:/; s/$/ signed by nobody/'

pull=(skopeo copy --src-tls-verify=false)
say "4. Pulling the signed image through the gate"
mkdir -p "$demo/pulled"
if run "${pull[@]}" "docker://$gate/acme/app:signed" "dir:$demo/pulled/signed"; then
  echo "  => it was served: its signature satisfies the policy"
else
  echo "  => it was refused, and should not have been; the gate's log is $demo/gate.log"
  exit 1
fi

say "5. Pulling the unsigned image through the gate"
if run "${pull[@]}" "docker://$gate/acme/app:unsigned" "dir:$demo/pulled/unsigned"; then
  echo "  => it was served, and should not have been; the gate's log is $demo/gate.log"
  exit 1
fi
echo "  => it was refused, and the client says why. docker and podman print the same reason."

say "6. What the gate noted about the two (one line of JSON each in $demo/decisions.jsonl)"
python3 - "$demo/decisions.jsonl" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    decision = json.loads(line)
    tag = ":" + decision["tag"] if decision.get("tag") else "@" + decision.get("digest", "")[:19]
    print(f"  {decision['verdict']:8} {decision['name']}{tag}  by policy {decision['policy']}, decision {decision['id']}")
    if decision.get("reason"):
        print(f"           because {decision['reason']}")
    for evidence in decision.get("evidence") or []:
        if evidence.get("verified"):
            print(f"           signed by {evidence['subject']}\n           as {evidence['issuer']} says")
        else:
            print(f"           a signature that does not verify: {evidence.get('reason', '')}")
PY

say "Registry and gate go on running. Try it yourself:"
cat <<E2
  skopeo copy --src-tls-verify=false docker://$gate/acme/app:signed   dir:/tmp/signed     # served
  skopeo copy --src-tls-verify=false docker://$gate/acme/app:unsigned dir:/tmp/unsigned   # refused
  podman pull --tls-verify=false $gate/acme/app:unsigned                                  # refused, the same reason
  curl -i http://$gate/v2/acme/app/manifests/unsigned                                     # refused, as HTTP
  tail -f $demo/decisions.jsonl

To run it all again:   scripts/demo.sh
To stop it:            scripts/demo.sh stop
E2
