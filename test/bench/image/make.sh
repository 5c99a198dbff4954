#!/usr/bin/env bash
# Makes the image of the benches anew: twelve layers, so that the manifest is as long as those of real images (2 kB), signed by real
# cosign as a GitHub workflow with a private Sigstore (test/e2e/stack; Go is needed to build it). Its trusted root lies beside it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
stack=$root/test/e2e/stack
work=$(mktemp -d)
export COUNTERSIGN_CACHE=${COUNTERSIGN_CACHE:-$HOME/.cache/countersign} COUNTERSIGN_STACK_DIR=$work/stack
trap 'bash "$stack/stack.sh" down; rm -rf "$work"' EXIT
bash "$stack/stack.sh" build
bash "$stack/stack.sh" up
eval "$(bash "$stack/stack.sh" env)"
export HOME=$work NO_PROXY='*'       # cosign keeps state in the home folder, and reads credentials there

python3 - "$stack" "$work/signed" <<'PY'
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import vectors
layout = vectors.Layout(sys.argv[2])
layers = [vectors.layer(f"layer {number} of the image of the benches\n") for number in range(12)]
config = vectors.compact({"created": "2026-11-25T00:00:00Z", "architecture": "amd64", "os": "linux", "config": {"Cmd": ["/etc/vector"]},
                          "rootfs": {"type": "layers", "diff_ids": [f"sha256:{diff}" for _, diff in layers]}})
layout.add("image", vectors.MANIFEST, vectors.compact({
    "schemaVersion": 2, "mediaType": vectors.MANIFEST,
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **layout.put(config)},
    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **layout.put(packed)} for packed, _ in layers]}), "v1")
layout.save()
PY
digest=$(python3 "$stack/push_vectors.py" "$work/signed" "http://$STACK_REGISTRY" bench/image | cut -d' ' -f2)
"$STACK_COSIGN" sign --yes --signing-config "$STACK_SIGNING_CONFIG_REKOR2" --trusted-root "$STACK_TRUSTED_ROOT" \
  --identity-token "$(bash "$stack/stack.sh" token github)" "$STACK_REGISTRY/bench/image@$digest"
python3 "$stack/vectors.py" collect "$work/signed" "$STACK_REGISTRY" bench/image
cp "$STACK_TRUSTED_ROOT" "$work/signed/trusted_root.json"
find "$here" -mindepth 1 -maxdepth 1 ! -name make.sh -exec rm -rf {} +
cp -r "$work/signed"/. "$here"
