#include "proxy/answer_headers.h"

#include "test/support/catch.h"

using namespace proxy;

TEST_CASE("only known fields of an upstream's answer pass") {
    http::Headers upstream;
    for (const auto* name : {"Content-Type", "Set-Cookie", "Alt-Svc", "WWW-Authenticate", "Transfer-Encoding", "Content-Encoding",
                             "Location", "Docker-Content-Digest", "OCI-Subject", "Content-Range", "Server"}) {
        upstream.add(name, "x");
    }
    const auto digest = base::Digest::sha256_of({});
    const auto blob = blob_headers(upstream, digest);
    const auto protocol = protocol_headers(upstream);
    for (const auto* name : {"Set-Cookie", "Alt-Svc", "WWW-Authenticate", "Transfer-Encoding", "Content-Encoding", "Location", "Server"}) {
        CAPTURE(name);
        CHECK_FALSE(blob.get(name));
        CHECK_FALSE(protocol.get(name));
    }
    CHECK(blob.get("content-range") == "x");
    CHECK(blob.get("docker-content-digest") == digest.to_string());
    CHECK(blob.get("content-type") == "application/octet-stream");
    CHECK(protocol.get("oci-subject") == "x");
    CHECK_FALSE(protocol.get("content-range"));
    CHECK(blob.get("docker-distribution-api-version") == "registry/2.0");
}

TEST_CASE("of a blob request Range and If-Range go upstream, nothing else") {
    http::Headers request;
    request.add("Range", "bytes=5-");
    request.add("Authorization", "Bearer secret");
    request.add("If-Range", "\"e\"");
    const auto passed = range_headers(request);
    CHECK(passed.fields().size() == 2);
    CHECK(passed.get("range") == "bytes=5-");
}
