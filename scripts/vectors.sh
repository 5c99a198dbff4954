#!/usr/bin/env bash
# Makes the image vectors of test/data/images anew: real cosign signs tiny images with two private
# Sigstores (test/e2e/stack; Go is needed to build them). The images stay the same bytes, the
# signatures do not: commit the folder as a whole.
#
#   scripts/vectors.sh [FOLDER]      default: test/data/images
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
stack=$root/test/e2e/stack
images=${1:-$root/test/data/images}
[ -z "$(ls -A "$images" 2>/dev/null)" ] || [ -e "$images/identities.json" ] || { echo "$images is not a folder of vectors" >&2; exit 2; }
work=$(mktemp -d)
out=$work/images
mkdir "$out"
export COUNTERSIGN_CACHE=${COUNTERSIGN_CACHE:-$HOME/.cache/countersign}

stop() {
  local name
  for name in one other; do COUNTERSIGN_STACK_DIR=$work/$name bash "$stack/stack.sh" down; done
  rm -rf "$work"
}
trap stop EXIT

make() { python3 "$stack/vectors.py" "$@"; }

# use NAME: the Sigstore that signs from here on
use() {
  export COUNTERSIGN_STACK_DIR=$work/$1 COUNTERSIGN_STACK_NAME=$1
  eval "$(bash "$stack/stack.sh" env)"
}

# sign VECTOR LOG [cosign options] -- TOKEN...: pushes the image to a registry without the referrers
# API, so that cosign itself writes the fallback tag, and keeps what it pushed.
sign() {
  local vector=$1 log=$2 options=() config digest
  shift 2
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  config=STACK_SIGNING_CONFIG_${log^^}
  config=${config//-/_}
  digest=$(python3 "$stack/push_vectors.py" "$out/$vector" "http://$STACK_REGISTRY" "vectors/$vector" | cut -d' ' -f2)
  "$STACK_COSIGN" sign --yes "${options[@]}" --signing-config "${!config}" --trusted-root "$STACK_TRUSTED_ROOT" \
    --identity-token "$(bash "$stack/stack.sh" token "$@")" "$STACK_REGISTRY/vectors/$vector@$digest" >"$work/cosign.log" 2>&1 ||
    { cat "$work/cosign.log" >&2; return 1; }
  make collect "$out/$vector" "$STACK_REGISTRY" "vectors/$vector"
}

bash "$stack/stack.sh" build
export HOME=$work NO_PROXY='*'       # cosign keeps state in the home folder, and reads credentials there
for name in one other; do COUNTERSIGN_STACK_DIR=$work/$name COUNTERSIGN_STACK_NAME=$name bash "$stack/stack.sh" up; done

accounts=https://accounts.example.com
login=https://login.example.net
github=https://token.actions.githubusercontent.com
workflow=https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1.2.3
one=trusted_root.json

# fill: other people's entries in both logs, since a proof of inclusion in a log of one entry is empty
fill() {
  local config number
  for config in "$STACK_SIGNING_CONFIG_REKOR1" "$STACK_SIGNING_CONFIG_REKOR2"; do
    for number in 1 2 3 4 5; do
      echo "$config $number" > "$work/blob"
      "$STACK_COSIGN" sign-blob --yes --signing-config "$config" --trusted-root "$STACK_TRUSTED_ROOT" --bundle "$work/blob.json" \
        --identity-token "$(bash "$stack/stack.sh" token email)" "$work/blob" >"$work/cosign.log" 2>&1
    done
  done
}

# vector VECTOR image|index LOG EXPECT REASON TRUST SUBJECT ISSUER [cosign options] -- TOKEN...
vector() {
  local name=$1 form=$2 log=$3 expect=$4 reason=$5 trust=$6 subject=$7 issuer=$8
  shift 8
  make "$form" "$out/$name" "$name"
  sign "$name" "$log" "$@"
  make describe "$out" "$name" "subject=$subject" "issuer=$issuer" "log=$log" "trust=$trust" "expect=$expect" "reason=$reason"
}

use one
fill
for log in rekor1 rekor2; do
  vector signed-$log-email image $log allowed '' $one foo@bar.com $accounts -- email
  vector signed-$log-github image $log allowed '' $one $workflow $github -- github
done
vector signed-rekor1-no-tsa image rekor1-no-tsa allowed '' $one foo@bar.com $accounts -- email
vector other-identity image rekor2 denied 'other subject' $one mallory@example.com $accounts -- email \
  sub=mallory@example.com email=mallory@example.com
vector other-issuer image rekor2 denied 'other issuer, same subject' $one foo@bar.com $login -- email iss=$login
vector index-signed index rekor2 allowed 'the index is signed, its children are not' $one foo@bar.com $accounts -- email
vector index-signed-recursive index rekor2 allowed 'index and children are signed' $one foo@bar.com $accounts \
  --recursive -- email

make image "$out/unsigned" unsigned
make describe "$out" unsigned log= trust=$one expect=denied 'reason=no signature'
make image "$out/wrong-subject" wrong-subject
make graft "$out/wrong-subject" "$out/signed-rekor2-email"
make describe "$out" wrong-subject subject=foo@bar.com issuer=$accounts log=rekor2 trust=$one expect=denied \
  'reason=the attached bundle signs another digest'
cp "$STACK_TRUSTED_ROOT" "$out/trusted_root.json"

use other
vector other-sigstore image rekor2 denied 'signed by a Sigstore that trusted_root.json does not name' \
  trusted_root.other.json foo@bar.com $accounts -- email
cp "$STACK_TRUSTED_ROOT" "$out/trusted_root.other.json"

# Everything is there: replace the old folder, keep what is written by hand.
mkdir -p "$images"
find "$images" -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
cp -r "$out"/. "$images"
echo "vectors in $images: $(du -sk "$images" | cut -f1) kB" >&2
