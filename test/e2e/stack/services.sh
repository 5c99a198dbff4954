# The services of one stack: how each starts, when it is ready, how all stop. Sourced by stack.sh.
# shellcheck shell=bash disable=SC2153
ORDER=(issuer tsa ct fulcio rekor2 trillian rekor1 registry referrers)

# --- processes -------------------------------------------------------------------------------
# A pid file holds "pid start-time", so that a number reused by another program is never ended.
# Nothing is printed for a zombie: some inits take seconds to reap one.
started_at() {
  local stat fields
  { stat=$(< "/proc/$1/stat"); } 2>/dev/null || return 0
  read -ra fields <<< "${stat##*) }"
  [ "${fields[0]}" = Z ] || echo "${fields[19]}"
}
alive() {
  local pid since
  [ -s "$RUN/$1.pid" ] || return 1
  read -r pid since < "$RUN/$1.pid"
  [ -n "$since" ] && [ "$(started_at "$pid")" = "$since" ]
}

# launch NAME [VAR=value ...] -- PROGRAM ARGUMENT...
# The environment is empty on purpose: rekor-server takes any variable named like one of its
# flags, and a rekor-server.yaml of the current folder.
launch() {
  local name=$1 variables=() pid
  shift
  while [ "$1" != -- ]; do variables+=("$1"); shift; done
  shift
  ( cd "$RUN" && exec setsid env -i PATH=/usr/bin:/bin HOME="$RUN" "${variables[@]}" "$@" \
    >"$LOGS/$name.log" 2>&1 </dev/null ) &
  pid=$!
  echo "$pid $(started_at "$pid")" > "$RUN/$name.pid"
}

# ready NAME TEST...: waits up to 30 s for the test to pass
ready() {
  local name=$1 end=$((SECONDS + 30))
  shift
  until "$@" >/dev/null 2>&1; do
    if ! alive "$name" || [ $SECONDS -ge $end ]; then
      tail -n 15 "$LOGS/$name.log" >&2
      say "$name did not start; its log is $LOGS/$name.log"
      return 1
    fi
    sleep 0.05
  done
}
web() { curl -fsS --noproxy '*' -m 2 "$1"; }
serving() { web "$1" | grep -q SERVING; }
open_port() { (exec 3<>"/dev/tcp/$LOOPBACK/$1"); }

finish() {
  local name=$1 pid end=$((SECONDS + 10))
  if alive "$name"; then
    read -r pid _ < "$RUN/$name.pid"
    kill -TERM "$pid" 2>/dev/null || true
    while alive "$name" && [ $SECONDS -lt $end ]; do sleep 0.05; done
    alive "$name" && kill -KILL "$pid" 2>/dev/null
  fi
  rm -f "$RUN/$name.pid"
}

# --- ports -----------------------------------------------------------------------------------
# Below the kernel's range for outgoing connections, so that nobody takes one between here and bind.
choose_ports() {
  python3 - > "$RUN/ports.env" <<'PY'
import random, socket
names = ("ISSUER TSA CT FULCIO FULCIO_GRPC FULCIO_METRICS REKOR2 REKOR2_GRPC REKOR2_METRICS "
         "TRILLIAN REKOR1 REGISTRY REFERRERS").split()
held = []
for name in names:
    while True:
        port = random.randrange(20000, 32000)
        probe = socket.socket()
        try:
            probe.bind(("", port))  # all addresses: Fulcio's metrics listener cannot be confined
        except OSError:
            probe.close()
            continue
        held.append(probe)
        print(f"PORT_{name}={port}")
        break
PY
}

# --- services --------------------------------------------------------------------------------
start_issuer() {
  launch issuer -- "$BIN/issuer" -listen "$LOOPBACK:$PORT_ISSUER" -key "$KEYS/issuer.key" -ca "$RUN/issuer-ca.pem"
  ready issuer web "http://$LOOPBACK:$PORT_ISSUER/healthz"
}

start_tsa() {
  launch tsa -- "$BIN/tsa" -port "$PORT_TSA" -key "$KEYS/tsa.key" -chain "$KEYS/tsa-chain.pem"
  ready tsa web "http://$LOOPBACK:$PORT_TSA/ping"
}

start_ct() {
  # Each certificate waits for the next checkpoint, so that interval is short. Without the OTEL
  # variables tesseract keeps looking for a collector on localhost.
  launch ct OTEL_METRICS_EXPORTER=none OTEL_TRACES_EXPORTER=none GOMEMLIMIT=256MiB -- "$BIN/tesseract" \
    --http_endpoint="$LOOPBACK:$PORT_CT" --origin="$NAME_CT" --storage_dir="$DATA/ct" --private_key="$KEYS/ct.key" \
    --roots_pem_file="$KEYS/fulcio-root.pem" --ext_key_usages=CodeSigning \
    --checkpoint_interval=100ms --batch_max_age=20ms --inmemory_antispam_cache_size=1k
  ready ct web "http://$LOOPBACK:$PORT_CT/healthz"
}

start_fulcio() {
  sed "s#@LOOPBACK@#http://$LOOPBACK:$PORT_ISSUER#g" "$HERE/fulcio.yaml.in" > "$RUN/fulcio.yaml"
  # The proxy leads every https issuer name to our issuer; loopback is never proxied. fileca wants
  # a password flag even for a plain key. The socket's default name is one per machine.
  launch fulcio HTTPS_PROXY="http://$LOOPBACK:$PORT_ISSUER" SSL_CERT_FILE="$RUN/issuer-ca.pem" -- "$BIN/fulcio" serve \
    --host="$LOOPBACK" --port="$PORT_FULCIO" --grpc-host="$LOOPBACK" --grpc-port="$PORT_FULCIO_GRPC" \
    --metrics-port="$PORT_FULCIO_METRICS" --legacy-unix-domain-socket="@countersign-fulcio-$PORT_FULCIO" \
    --config-path="$RUN/fulcio.yaml" --ct-log-url="http://$LOOPBACK:$PORT_CT" --log_type=dev \
    --ca=fileca --fileca-cert="$KEYS/fulcio-chain.pem" --fileca-key="$KEYS/fulcio-issuer.key" --fileca-key-passwd=none
  ready fulcio web "http://$LOOPBACK:$PORT_FULCIO/healthz"
}

start_rekor2() {
  launch rekor2 GOMEMLIMIT=256MiB -- "$BIN/rekor-tiles" serve --hostname="$NAME_REKOR2" \
    --http-address="$LOOPBACK" --http-port="$PORT_REKOR2" --grpc-address="$LOOPBACK" --grpc-port="$PORT_REKOR2_GRPC" \
    --http-metrics-port="$PORT_REKOR2_METRICS" --storage-dir="$DATA/rekor2" --signer-filepath="$KEYS/rekor2.key" \
    --checkpoint-interval=200ms --batch-max-age=20ms
  ready rekor2 serving "http://$LOOPBACK:$PORT_REKOR2/healthz"
}

start_trillian() {
  launch trillian -- "$BIN/trillian-mem" -listen "$LOOPBACK:$PORT_TRILLIAN"
  ready trillian open_port "$PORT_TRILLIAN"
}

start_rekor1() {
  # tlog_id 0: it makes its own tree. The two index switches together keep it away from Redis; either
  # alone does not. It also tries :2112 for metrics and goes on when that is taken.
  launch rekor1 -- "$BIN/rekor-server" serve --rekor_server.address="$LOOPBACK" --port="$PORT_REKOR1" \
    --rekor_server.hostname="$NAME_REKOR1" --rekor_server.signer="$KEYS/rekor1.key" --log_type=dev \
    --trillian_log_server.address="$LOOPBACK" --trillian_log_server.port="$PORT_TRILLIAN" --trillian_log_server.tlog_id=0 \
    --enable_retrieve_api=false \
    --enabled_api_endpoints=getLogInfo,getPublicKey,getLogProof,createLogEntry,getLogEntryByIndex,getLogEntryByUUID,searchLogQuery
  ready rekor1 web "http://$LOOPBACK:$PORT_REKOR1/ping"
}

start_registry() { # without the referrers API: cosign writes the fallback tag
  launch registry -- "$BIN/crane" registry serve --address "$LOOPBACK:$PORT_REGISTRY"
  ready registry web "http://$LOOPBACK:$PORT_REGISTRY/v2/"
}

start_referrers() {
  launch referrers -- "$BIN/referrers-registry" -listen "$LOOPBACK:$PORT_REFERRERS"
  ready referrers web "http://$LOOPBACK:$PORT_REFERRERS/v2/"
}
