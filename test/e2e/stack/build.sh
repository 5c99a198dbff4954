#!/usr/bin/env bash
# Builds the tools of the stack into the cache, each from the module graph of its own release.
# What is there in the right version is left alone, so a second run takes a moment.
#
#   build.sh [TOOL...]        default: all
. "$(dirname "$0")/lib.sh"
need go
go_version=$(go env GOVERSION)
[ "$(printf '%s\n' go1.26 "$go_version" | sort -V | head -n 1)" = go1.26 ] || die "Go 1.26 or newer is needed, not $go_version"
export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off GOFLAGS=-trimpath
unset GOBIN
mkdir -p "$BIN/.made"

asked=("$@")
# wanted NAME: true for every tool if none was named
wanted() {
  local tool
  [ ${#asked[@]} -gt 0 ] || return 0
  for tool in "${asked[@]}"; do [ "$tool" != "$1" ] || return 0; done
  return 1
}

made() { [ -x "$BIN/$1" ] && [ "$(cat "$BIN/.made/$1" 2>/dev/null)" = "$2" ]; }

# put FILE NAME WHAT: moved into place at once, so that an interrupted build leaves no half tool
put() {
  mv -f "$1" "$BIN/$2"
  echo "$3" > "$BIN/.made/$2"
  say "built $2 in $((SECONDS - start))s"
}

# upstream NAME PACKAGE@VERSION [TAGS]: several programs are called "posix", so each gets its own GOBIN
upstream() {
  local start=$SECONDS scratch
  wanted "$1" || return 0
  made "$1" "$2" && return
  scratch=$(mktemp -d "$BIN/.build.XXXXXX")
  GOBIN=$scratch go install -tags="${3:-}" -ldflags='-s -w' "$2"
  put "$scratch"/* "$1" "$2"
  rmdir "$scratch"
}

# own NAME: the program in the folder of that name beside this script
own() {
  local start=$SECONDS scratch what
  wanted "$1" || return 0
  what=$(cat "$HERE/$1"/* | sha256sum | cut -c1-32)
  made "$1" "$what" && return
  scratch=$(mktemp -d "$BIN/.build.XXXXXX")
  (cd "$HERE/$1" && go build -mod=readonly -ldflags='-s -w' -o "$scratch/$1" .)
  put "$scratch/$1" "$1" "$what"
  rmdir "$scratch"
}

own issuer
own tsa
own trillian-mem
own referrers-registry
upstream tesseract "github.com/transparency-dev/tesseract/cmd/tesseract/posix@$V_TESSERACT"
upstream rekor-tiles "github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix@$V_REKOR_TILES"
upstream rekor-server "github.com/sigstore/rekor/cmd/rekor-server@$V_REKOR"
upstream fulcio "github.com/sigstore/fulcio@$V_FULCIO"
upstream cosign "github.com/sigstore/cosign/v3/cmd/cosign@$V_COSIGN"
# Its client for the conformance suite: what bundles are judged by beside cosign.
upstream sigstore-go "github.com/sigstore/sigstore-go/test/conformance@$V_SIGSTORE_GO"
upstream crane "github.com/google/go-containerregistry/cmd/crane@$V_GGCR"
upstream oras "oras.land/oras/cmd/oras@$V_ORAS"
upstream ctr "github.com/containerd/containerd/v2/cmd/ctr@$V_CONTAINERD"
# Without what only clusters and special file systems need.
upstream containerd "github.com/containerd/containerd/v2/cmd/containerd@$V_CONTAINERD" no_cri,no_btrfs,no_devmapper,no_zfs
say "tools in $BIN after ${SECONDS}s"
