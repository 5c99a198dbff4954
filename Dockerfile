# The container image: countersign and what it needs to run, nothing else.
#
#   docker build -t countersign .
#   docker run --read-only -p 5000:5000 -v "$PWD/config:/etc/countersign:ro" countersign
#
# Build arguments, none of them needed:
#   APT_MIRROR, APT_SECURITY_MIRROR   where packages come from, instead of where the base image gets them
#   http_proxy, https_proxy, no_proxy a proxy for that (Docker knows these by itself and keeps them out of the image)
#   JOBS                              compilers at a time; default: one per core
#   CCACHE_REMOTE_STORAGE             a compiler cache to share, as ccache knows it: "http://HOST:PORT", "redis://HOST"
#   REVISION                          the commit, for the label

# --- build and test: compiler, libraries, the program and its unit tests ---------------------------------------------------------
FROM debian:bookworm AS build

ARG APT_MIRROR=""
ARG APT_SECURITY_MIRROR=""
WORKDIR /src
COPY scripts/setup.sh scripts/
RUN set -eu; \
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do \
      [ -f "$list" ] || continue; \
      [ -z "$APT_MIRROR" ] || sed -i -E "s#https?://[^ ]*/debian/?( |\$)#$APT_MIRROR\1#" "$list"; \
      [ -z "$APT_SECURITY_MIRROR" ] || sed -i -E "s#https?://[^ ]*/debian-security/?( |\$)#$APT_SECURITY_MIRROR\1#" "$list"; \
    done; \
    apt-get update; \
    DEBIAN_FRONTEND=noninteractive apt-get upgrade -y --no-install-recommends; \
    scripts/setup.sh build; \
    rm -rf /var/lib/apt/lists/*

COPY . .
ARG JOBS=""
ARG CCACHE_REMOTE_STORAGE=""
ARG LANG=C.UTF-8
ENV CCACHE_BASEDIR=/src CCACHE_NOHASHDIR=1
RUN cmake --preset release && cmake --build --preset release --parallel ${JOBS:-$(nproc)}
RUN ctest --test-dir build/release --output-on-failure --no-tests=error
# chroot: if anything that the program needs to start is missing, the build ends here.
RUN deploy/container/rootfs.sh build/release/bin/countersign /image && chroot /image /usr/local/bin/countersign version

# --- the image ---------------------------------------------------------------------------------------------------------------------
FROM scratch
COPY --from=build /image /
# By number, so that an orchestrator can see that it is not root. Nothing is written but standard output and standard error.
USER 65532:65532
# 5000: the gate, 9090: /healthz and /readyz, where the configuration says so. There is no shell for HEALTHCHECK: whoever runs the
# image asks the admin listener (README.md).
EXPOSE 5000 9090
ARG REVISION=""
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="countersign" \
      org.opencontainers.image.description="An OCI registry proxy that verifies Sigstore signatures on every pull" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
ENTRYPOINT ["/usr/local/bin/countersign"]
CMD ["serve", "--config", "/etc/countersign/config.toml"]
