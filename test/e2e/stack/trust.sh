#!/usr/bin/env bash
# Writes trusted_root.json and the signing configurations of the running stack. cosign makes them,
# so their form is what real clients read.
. "$(dirname "$0")/lib.sh"
# shellcheck disable=SC1091
. "$RUN/ports.env"
mkdir -p "$TRUST"
cd "$TRUST"
SINCE=2026-01-01T00:00:00Z

# The trusted root speaks of stable names: it is kept as a test vector and compared with checkpoints.
# origin= takes part in the key id of an Ed25519 log.
"$BIN/cosign" trusted-root create --out trusted_root.json \
  --fulcio "url=https://$NAME_FULCIO,certificate-chain=$KEYS/fulcio-chain.pem" \
  --ctfe "url=https://$NAME_CT,public-key=$KEYS/ct.pub,start-time=$SINCE" \
  --rekor "url=https://$NAME_REKOR1,public-key=$KEYS/rekor1.pub,start-time=$SINCE" \
  --rekor "url=https://$NAME_REKOR2,public-key=$KEYS/rekor2.pub,start-time=$SINCE,origin=$NAME_REKOR2" \
  --tsa "url=https://$NAME_TSA/api/v1/timestamp,certificate-chain=$KEYS/tsa-chain.pem"

# The signing configurations speak of the addresses of this start.
at() { printf 'url=http://%s:%s%s,api-version=%s,start-time=%s,operator=stack.test' "$LOOPBACK" "$1" "$3" "$2" "$SINCE"; }
both=(--fulcio "$(at "$PORT_FULCIO" 1 '')" --oidc-provider "$(at "$PORT_ISSUER" 1 '')")
tsa=(--tsa "$(at "$PORT_TSA" 1 /api/v1/timestamp)" --tsa-config ANY)
rekor1=(--rekor "$(at "$PORT_REKOR1" 1 '')" --rekor-config ANY)
rekor2=(--rekor "$(at "$PORT_REKOR2" 2 '')" --rekor-config ANY)
"$BIN/cosign" signing-config create "${both[@]}" "${rekor1[@]}" "${tsa[@]}" --out signing_config.rekor1.json
"$BIN/cosign" signing-config create "${both[@]}" "${rekor2[@]}" "${tsa[@]}" --out signing_config.rekor2.json
# Rekor v1 alone: the time comes from the log's own signature (SET), as in bundles of 2021 to 2025.
"$BIN/cosign" signing-config create "${both[@]}" "${rekor1[@]}" --out signing_config.rekor1-no-tsa.json
chmod 644 ./*.json
