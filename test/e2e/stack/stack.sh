#!/usr/bin/env bash
# A private Sigstore on loopback: Fulcio, CT log, Rekor v1 and v2, timestamp authority, OIDC issuer,
# and two registries, with and without the referrers API.
#
#   stack.sh build [TOOL..]   the tools, once per machine (needs Go)
#   stack.sh up               starts everything on free ports, writes the trust material
#   stack.sh env              prints shell variables:  eval "$(stack.sh env)"
#   stack.sh token K [C=V..]  an identity token: email, github, gitlab, spiffe, kubernetes, bare; claims to change
#   stack.sh status | down
#   stack.sh wipe             down, then forgets keys and logs
#
# COUNTERSIGN_STACK_DIR     folder of this stack; another folder is another Sigstore with other keys,
#                           and both may run at once (default: the cache's stack/default)
# COUNTERSIGN_CACHE         the tools are in its stack/bin (default: ~/.cache/countersign)
# COUNTERSIGN_STACK_NAME    appears in the CA subjects (default: one)
. "$(dirname "$0")/lib.sh"
# shellcheck source=services.sh
. "$HERE/services.sh"

up() {
  need curl openssl python3 setsid
  local tool name
  for tool in issuer tsa tesseract fulcio rekor-tiles trillian-mem rekor-server crane referrers-registry cosign; do
    [ -x "$BIN/$tool" ] || die "$tool is not built: run stack.sh build"
  done
  for name in "${ORDER[@]}"; do
    if alive "$name"; then die "already up in $DIR; stack.sh down first"; fi
  done
  # Logs start empty: the Rekor v1 of this stack cannot outlive its process, so none does.
  rm -rf "$DATA" "$RUN" "$LOGS"
  mkdir -p "$DATA/ct" "$DATA/rekor2" "$RUN" "$LOGS"
  bash "$HERE/keys.sh"
  choose_ports
  # shellcheck disable=SC1091
  . "$RUN/ports.env"
  for name in "${ORDER[@]}"; do
    "start_$name" || { down; die "the stack is not up"; }
  done
  bash "$HERE/trust.sh"
  touch "$RUN/up"
  say "up after ${SECONDS}s in $DIR"
}

down() {
  local i
  for ((i = ${#ORDER[@]} - 1; i >= 0; i--)); do finish "${ORDER[i]}"; done
  rm -f "$RUN/up"
}

status() {
  local name pid good=0
  for name in "${ORDER[@]}"; do
    if alive "$name"; then
      read -r pid _ < "$RUN/$name.pid"
      printf '%-10s pid %-8s %4d MB\n' "$name" "$pid" "$(($(ps -o rss= -p "$pid") / 1024))"
    else
      printf '%-10s down\n' "$name"
      good=1
    fi
  done
  return $good
}

loaded() {
  [ -e "$RUN/up" ] || die "no stack is up in $DIR"
  # shellcheck disable=SC1091
  . "$RUN/ports.env"
}

print_env() {
  loaded
  local name
  put() { printf 'export %s=%q\n' "$1" "$2"; }
  put STACK_DIR "$DIR"
  put STACK_BIN "$BIN"
  for name in cosign crane oras; do put "STACK_${name^^}" "$BIN/$name"; done
  for name in ISSUER FULCIO CT TSA REKOR1 REKOR2; do
    local port="PORT_$name"
    put "STACK_${name}_URL" "http://$LOOPBACK:${!port}"
  done
  put STACK_ISSUER_CA "$RUN/issuer-ca.pem"
  put STACK_REGISTRY "$LOOPBACK:$PORT_REGISTRY"
  put STACK_REGISTRY_REFERRERS "$LOOPBACK:$PORT_REFERRERS"
  put STACK_TRUSTED_ROOT "$TRUST/trusted_root.json"
  put STACK_SIGNING_CONFIG_REKOR1 "$TRUST/signing_config.rekor1.json"
  put STACK_SIGNING_CONFIG_REKOR1_NO_TSA "$TRUST/signing_config.rekor1-no-tsa.json"
  put STACK_SIGNING_CONFIG_REKOR2 "$TRUST/signing_config.rekor2.json"
}

token() {
  loaded
  local kind=${1:?kind of token} claim arguments=()
  shift
  for claim; do arguments+=(--data-urlencode "$claim"); done
  curl -fsS --noproxy '*' -m 5 -G "http://$LOOPBACK:$PORT_ISSUER/mint" --data-urlencode "kind=$kind" "${arguments[@]}"
}

case ${1:-} in
  build) shift; exec bash "$HERE/build.sh" "$@" ;;
  up) up ;;
  down) down ;;
  status) status ;;
  env) print_env ;;
  token) shift; token "$@" ;;
  wipe) down; rm -rf "$KEYS" "$DATA" "$RUN" "$LOGS" "$TRUST" ;;
  *) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
