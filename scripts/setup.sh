#!/usr/bin/env bash
# Installs what building and testing countersign need, on Debian 12. When everything is there, nothing is fetched and no root is
# needed: afterwards all scripts work offline.
#
#   setup.sh            all of it
#   setup.sh --check    only says what is missing; exit status 1 if anything is
#   setup.sh build      only what compiling the release and running its unit tests needs (the Dockerfile)
#   setup.sh bench      all of it, and what test/bench measures beside the gate
#   setup.sh coverage   all of it, and what scripts/coverage.sh reads its counters with
set -euo pipefail

compiler=(clang-19 lld-19 cmake ninja-build ccache pkg-config)
checkers=(clang-tidy-19 clang-format-19 libclang-rt-19-dev git)
libraries=(libboost1.81-dev libboost-url1.81-dev libssl-dev nlohmann-json3-dev libtomlplusplus-dev libspdlog-dev libre2-dev
  libsodium-dev libcli11-dev libcurl4-openssl-dev catch2)
# Real clients, a real registry and real forward proxies, for the demo and the end-to-end tests.
peers=(docker-registry skopeo podman buildah docker.io containerd squid tinyproxy)
image=(debootstrap)                               # the base of the container image, in the end-to-end tests
tools=(python3 openssl curl ca-certificates procps util-linux libnss-wrapper)
benches=(nginx haproxy wrk)
counters=(llvm-19)

everything=("${compiler[@]}" "${checkers[@]}" "${libraries[@]}" "${peers[@]}" "${image[@]}" "${tools[@]}")
case ${1:-} in
  '' | --check) wanted=("${everything[@]}") ;;
  build) wanted=("${compiler[@]}" "${libraries[@]}" openssl ca-certificates) ;;
  bench) wanted=("${everything[@]}" "${benches[@]}") ;;
  coverage) wanted=("${everything[@]}" "${counters[@]}") ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: everything is installed"
  exit 0
fi
echo "setup: missing: ${missing[*]}"
[ "${1:-}" != --check ] || exit 1

command -v apt-get >/dev/null || { echo "setup: this is not a Debian system; install the above by hand" >&2; exit 1; }
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: run it as root (there is no sudo)" >&2; exit 1; }
  as_root=(sudo)
fi

# Debian starts a registry and a container engine as soon as they are unpacked. Nobody asked for those: while apt runs, a policy
# forbids to start services. One that is there already stays in force.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"
echo "setup: installed ${#missing[@]} packages"
