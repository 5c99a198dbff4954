#include "proxy/decision_log.h"

#include "base/strict_json.h"
#include "test/support/catch.h"
#include "test/unit/proxy/log_file.h"

namespace proxy {
namespace {

using namespace std::chrono_literals;

DecisionRecord record() {
    DecisionRecord result;
    result.time = base::parse_rfc3339("2026-11-24T12:00:00Z").value();
    result.id = "0123456789abcdef";
    result.op = "GET";
    result.mode = PolicyMode::enforce;
    result.name = "ghcr.io/acme/app";
    result.tag = "v1";
    result.digest = "sha256:" + std::string(64, 'a');
    result.decision.verdict = Verdict::denied;
    result.decision.basis = Basis::not_satisfied;
    result.decision.policy = "acme";
    result.decision.reason = "signed by m@evil (https://i), not by an accepted signer";
    result.decision.sources = {{"referrers", SourceState::found, ""}, {"fallback tag", SourceState::failed, "500"}};
    result.decision.candidates = {{"referrers", "sha256:bb", true, "local", "https://i", "m@evil", ""},
                                  {"referrers", "sha256:cc", false, "", "", "", "set: bad"}};
    result.stages = {{"manifest", 1500us}, {"evidence", 20ms}};
    return result;
}

std::string written(const DecisionRecord& what, LogFormat format) {
    const LogFile file;
    DecisionLog(format, file.sink()).write(what);
    const auto lines = file.lines();
    REQUIRE(lines.size() == 1);
    return lines[0];
}

}  // namespace

TEST_CASE("The decision log has everything that explains a decision") {
    CHECK(
        written(record(), LogFormat::json) ==
        R"({"time":"2026-11-24T12:00:00Z","event":"decision","id":"0123456789abcdef","op":"GET","verdict":"denied","policy":"acme","mode":"enforce",)"
        R"("name":"ghcr.io/acme/app","tag":"v1","digest":"sha256:)" +
            std::string(64, 'a') + R"(","who":"anonymous","basis":")" + std::string(to_string(Basis::not_satisfied)) +
            R"(","reason":"signed by m@evil (https://i), not by an accepted signer",)"
            R"("sources":[{"name":"referrers","state":"found"},{"name":"fallback tag","state":"failed","problem":"500"}],)"
            R"("evidence":[{"source":"referrers","artifact":"sha256:bb","verified":true,"trust":"local","issuer":"https://i","subject":"m@evil"},)"
            R"({"source":"referrers","artifact":"sha256:cc","verified":false,"reason":"set: bad"}],"ms":{"manifest":1.500,"evidence":20.000}})");
}

TEST_CASE("The decision log can be text, with the lists still as JSON") {
    const auto line = written(record(), LogFormat::text);
    CHECK_THAT(line, Catch::Matchers::StartsWith(
                         "2026-11-24T12:00:00Z decision id=0123456789abcdef op=GET verdict=denied policy=acme mode=enforce"));
    CHECK_THAT(line, Catch::Matchers::Contains("sources=[{\"name\":\"referrers\"") &&
                         Catch::Matchers::EndsWith("ms={\"manifest\":1.500,\"evidence\":20.000}"));
}

TEST_CASE("The decision log names the index that lent its signatures") {
    auto lent = record();
    lent.decision.parent = "sha256:dd";
    CHECK_THAT(written(lent, LogFormat::json), Catch::Matchers::Contains(R"("index":"sha256:dd")"));
}

TEST_CASE("What a certificate says cannot break the line") {
    auto hostile = record();
    hostile.decision.candidates[0].subject = "a\n\"}{\"event\":\"decision\xff";
    const auto line = written(hostile, LogFormat::json);
    CHECK(base::json::parse(line).has_value());
}

}  // namespace proxy
