#include "proxy/answer_headers.h"

#include "test/support/catch.h"

using namespace proxy;

TEST_CASE("only known fields of an upstream's answer pass") {
    http::Headers upstream;
    for (const auto* name : {"Content-Type", "Set-Cookie", "Alt-Svc", "WWW-Authenticate", "Transfer-Encoding", "Content-Encoding", "Location",
                             "Docker-Content-Digest", "OCI-Subject", "Content-Range", "Server"}) {
        upstream.add(name, "x");
    }
    const auto blob = blob_headers(upstream);
    const auto protocol = protocol_headers(upstream);
    for (const auto* name : {"Set-Cookie", "Alt-Svc", "WWW-Authenticate", "Transfer-Encoding", "Content-Encoding", "Location", "Server"}) {
        CAPTURE(name);
        CHECK_FALSE(blob.get(name));
        CHECK_FALSE(protocol.get(name));
    }
    CHECK(blob.get("content-range") == "x");
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

TEST_CASE("declared_length reads whole decimal numbers only") {
    http::Headers headers;
    CHECK_FALSE(declared_length(headers));
    for (const auto* text : {"", "-1", "1x", " 1", "99999999999999999999"}) {
        headers.set("Content-Length", text);
        CHECK_FALSE(declared_length(headers));
    }
    headers.set("Content-Length", "8589934592");
    CHECK(declared_length(headers) == 8'589'934'592U);
}
