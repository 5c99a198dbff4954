# Sourced by every script of the stack.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=versions.env
. "$HERE/versions.env"

# Tools are shared by all stacks and all runs; everything else of one stack lives in its own folder.
CACHE=${COUNTERSIGN_CACHE:-$HOME/.cache/countersign}
BIN=$CACHE/stack/bin
DIR=${COUNTERSIGN_STACK_DIR:-$CACHE/stack/default}
KEYS=$DIR/keys RUN=$DIR/run LOGS=$DIR/log DATA=$DIR/data TRUST=$DIR/trust
LOOPBACK=127.0.0.1

# What the trusted root says. The logs sign these names into their checkpoints, and verifiers
# compare them with the host of baseUrl; so they must not be addresses that change with each start.
NAME_FULCIO=fulcio.stack.test NAME_CT=ct.stack.test NAME_TSA=tsa.stack.test
NAME_REKOR1=rekor1.stack.test NAME_REKOR2=rekor2.stack.test

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >&2; }
die() { say "error: $*"; exit 1; }
need() {
  local program
  for program; do command -v "$program" >/dev/null || die "missing program: $program"; done
}
