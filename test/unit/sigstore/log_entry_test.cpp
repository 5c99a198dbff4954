#include "sigstore/log_entry.h"

#include "test/support/catch.h"

using namespace sigstore;

namespace {

const std::string kHash = base::base64_encode(base::Bytes(32, 1));

Checked<LogEntry> parse(const std::string& json) {
    static std::vector<std::unique_ptr<base::json::Value>> documents;
    documents.push_back(std::make_unique<base::json::Value>(base::json::parse(json).value()));
    return LogEntry::parse(base::json::Reader(*documents.back(), "entry"));
}

std::string entry(const std::string& more) {
    return R"({"logId":{"keyId":")" + kHash + R"("},"kindVersion":{"kind":"dsse","version":"0.0.1"},"canonicalizedBody":"AAAA")" + more +
           "}";
}

}  // namespace

TEST_CASE("what proto3 leaves out is zero: index, time, promise, path") {
    const auto parsed = parse(entry(R"(,"inclusionProof":{"checkpoint":{"envelope":"x"}})"));
    REQUIRE(parsed);
    CHECK(parsed->log_index == 0);
    CHECK(parsed->integrated_time == 0);
    CHECK(parsed->signed_entry_timestamp.empty());
    REQUIRE(parsed->proof);
    CHECK_FALSE(parsed->proof->log_index);
    CHECK_FALSE(parsed->proof->tree_size);
    CHECK(parsed->proof->hashes.empty());
    CHECK_FALSE(parse(entry("")).value().proof);
}

TEST_CASE("numbers come as text or as numbers") {
    CHECK(parse(entry(R"(,"logIndex":"7","integratedTime":8)")).value().log_index == 7);
    CHECK(parse(entry(R"(,"logIndex":"7","integratedTime":8)")).value().integrated_time == 8);
}

TEST_CASE("entries without what a verifier needs are refused, saying where") {
    const auto [name, json, place] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"proof without checkpoint", entry(R"(,"inclusionProof":{"treeSize":"1"})"), "entry.inclusionProof.checkpoint"},
        {"empty checkpoint", entry(R"(,"inclusionProof":{"checkpoint":{"envelope":""}})"), "entry.inclusionProof.checkpoint.envelope"},
        {"promise without timestamp", entry(R"(,"inclusionPromise":{})"), "entry.inclusionPromise.signedEntryTimestamp"},
        {"negative time", entry(R"(,"integratedTime":"-1")"), "entry.integratedTime"},
        {"unknown member", entry(R"(,"more":1)"), "entry.more"},
        {"no log id", R"({"kindVersion":{"kind":"dsse","version":"0.0.1"},"canonicalizedBody":"AAAA"})", "entry.logId"},
        {"no kind", R"({"logId":{"keyId":")" + kHash + R"("},"canonicalizedBody":"AAAA"})", "entry.kindVersion"},
        {"no body", R"({"logId":{"keyId":")" + kHash + R"("},"kindVersion":{"kind":"dsse","version":"0.0.1"}})", "entry.canonicalizedBody"},
    }));
    CAPTURE(name);
    const auto parsed = parse(json);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == FailureCode::malformed);
    CHECK(parsed.error().where == place);
}
