#include "proxy/access_log.h"

#include "test/support/catch.h"

namespace proxy {
namespace {

using namespace std::chrono_literals;

AccessRecord record() {
    AccessRecord result;
    result.time = base::parse_rfc3339("2026-11-24T12:00:00Z").value();
    result.id = "0123456789abcdef";
    result.peer = "127.0.0.1:40000";
    result.method = "GET";
    result.target = "/v2/acme/app/manifests/v1";
    result.status = 200;
    result.bytes = 1234;
    result.duration = 2500us;
    result.repository = "ghcr.io/acme/app";
    result.upstream = "ghcr.io";
    return result;
}

std::string written(const AccessRecord& what, LogFormat format) {
    std::string line;
    AccessLog(format, nullptr).append(line, what);
    return line;
}

}  // namespace

TEST_CASE("The access log has one line per request with all fields") {
    CHECK(
        written(record(), LogFormat::json) ==
        R"({"time":"2026-11-24T12:00:00Z","event":"access","id":"0123456789abcdef","peer":"127.0.0.1:40000","method":"GET",)"
        R"("target":"/v2/acme/app/manifests/v1","status":200,"bytes":1234,"ms":2.500,"repository":"ghcr.io/acme/app","who":"anonymous","upstream":"ghcr.io"})");
    CHECK(written(record(), LogFormat::text) ==
          "2026-11-24T12:00:00Z access id=0123456789abcdef peer=127.0.0.1:40000 method=GET "
          "target=/v2/acme/app/manifests/v1 status=200 bytes=1234 ms=2.500 "
          "repository=ghcr.io/acme/app who=anonymous upstream=ghcr.io");
}

TEST_CASE("The access log leaves out what a request has not") {
    auto ping = record();
    ping.target = "/v2/";
    ping.repository = {};
    ping.upstream = {};
    const auto line = written(ping, LogFormat::json);
    CHECK_THAT(line, !Catch::Matchers::Contains("repository") && !Catch::Matchers::Contains("upstream"));
}

TEST_CASE("The access log never shows a query") {
    auto upload = record();
    upload.target = "/v2/acme/app/blobs/uploads/1?_state=SECRET&digest=sha256:0";
    const auto line = written(upload, LogFormat::json);
    CHECK_THAT(line, Catch::Matchers::Contains("\"/v2/acme/app/blobs/uploads/1\"") && !Catch::Matchers::Contains("SECRET"));
}

}  // namespace proxy
