#include "sigstore/failure.h"

#include "test/support/catch.h"

using namespace sigstore;

TEST_CASE("a failure reads as one line that a person understands") {
    CHECK(Failure(FailureCode::subject, "payload.subject", "sha256:aa", "sha256:bb").text() ==
          "subject: payload.subject: expected sha256:aa, found sha256:bb");
    CHECK(Failure(FailureCode::no_time, "", "a verified time").text() == "no_time: expected a verified time");
}

TEST_CASE("what an attacker wrote cannot forge a line, nor fill the log") {
    CHECK(Failure(FailureCode::identity, "x", "y", "a\nb\x1b[0m").text() == "identity: x: expected y, found a?b?[0m");
    CHECK(Failure(FailureCode::identity, "x", "y", "a\x7f\x1f b").text() == "identity: x: expected y, found a?? b");
    const auto found = [](std::size_t size) { return Failure(FailureCode::identity, "x", "y", std::string(size, 'z')).text(); };
    CHECK(found(300) == "identity: x: expected y, found " + std::string(300, 'z'));
    CHECK(found(301) == "identity: x: expected y, found " + std::string(300, 'z') + "…");
}

TEST_CASE("errors of the readers become malformed, or limits where something is too large, and keep their place") {
    const Failure malformed(base::Error(base::ErrorCode::invalid_input, "tlogEntries[2].logIndex: expected a number"));
    CHECK(malformed.code == FailureCode::malformed);
    CHECK(malformed.where == "tlogEntries[2].logIndex");
    CHECK(malformed.text() == "malformed: tlogEntries[2].logIndex: expected a number");
    CHECK(Failure(base::Error(base::ErrorCode::too_large, "json: more than 1 bytes")).code == FailureCode::limits);
    CHECK(Failure(base::Error(base::ErrorCode::invalid_input, "no place")).text() == "malformed: no place");
}

TEST_CASE("every code has its own name") {
    std::vector<std::string_view> names;
    for (int code = 0; code <= static_cast<int>(FailureCode::threshold); ++code) {
        const auto name = to_string(static_cast<FailureCode>(code));
        CHECK(std::find(names.begin(), names.end(), name) == names.end());
        names.push_back(name);
    }
}
