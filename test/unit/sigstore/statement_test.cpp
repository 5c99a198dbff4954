#include "sigstore/statement.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;

namespace {

const std::string kHex(64, 'a');
const auto kArtifact = base::Digest::parse("sha256:" + kHex).value();

std::string statement(const std::string& subjects, const std::string& type = "https://in-toto.io/Statement/v1") {
    return R"({"_type":")" + type + R"(","subject":)" + subjects + R"(,"predicateType":"https://example/p","predicate":{"any":1}})";
}
std::string subject(const std::string& digests) { return R"([{"name":"x","digest":{)" + digests + "}}]"; }

}  // namespace

TEST_CASE("a statement is about an artifact if one of its subjects has the digest, under the digest's own name") {
    const auto [name, subjects, expected] = GENERATE(table<std::string, std::string, bool>({
        {"sha256", subject(R"("sha256":")" + kHex + "\""), true},
        {"capital digits", subject(R"("sha256":")" + std::string(64, 'A') + "\""), true},
        {"second subject", R"([{"digest":{"sha256":")" + std::string(64, 'b') + R"("}},{"digest":{"sha256":")" + kHex + R"("}}])", true},
        {"beside others", subject(R"("sha1":"aa","gitCommit":"bb","sha256":")" + kHex + "\""), true},
        {"sha512 only", subject(R"("sha512":")" + kHex + kHex + "\""), false},
        {"another digest", subject(R"("sha256":")" + std::string(64, 'b') + "\""), false},
        {"under a name that never matches", subject(R"("md5":")" + kHex + "\""), false},
        {"no digests", subject(""), false},
    }));
    CAPTURE(name);
    const auto parsed = Statement::parse(base::as_bytes(statement(subjects)));
    REQUIRE(parsed);
    CHECK(parsed->is_about(kArtifact) == expected);
    CHECK(parsed->predicate_type() == "https://example/p");
}

TEST_CASE("a subject with several digests is the artifact only if none of those that can be compared differs") {
    const auto content = base::to_bytes("content");
    const auto hex = [&](base::HashAlgorithm algorithm) { return base::hex_encode(base::hash(algorithm, content)); };
    const auto sha256 = R"("sha256":")" + hex(base::HashAlgorithm::sha256) + "\"";
    const auto sha384 = R"("sha384":")" + hex(base::HashAlgorithm::sha384) + "\"";
    const auto sha512 = R"("sha512":")" + hex(base::HashAlgorithm::sha512) + "\"";
    const auto wrong = R"("sha512":")" + std::string(128, 'a') + "\"";
    const auto [digests, with_content, with_sha256] = GENERATE_COPY(table<std::string, bool, bool>({
        {sha256, true, true},
        {sha384, true, false},
        {sha512, true, false},
        {sha256 + "," + sha384 + "," + sha512, true, true},
        {sha256 + "," + wrong, false, true},  // by its sha256 digest alone nobody can tell
        {wrong, false, false},
        {R"("gitCommit":"aa")", false, false},
    }));
    CAPTURE(digests);
    const auto parsed = Statement::parse(base::as_bytes(statement(subject(digests))));
    REQUIRE(parsed);
    CHECK(parsed->is_about(Artifact::of_content(content)) == with_content);
    CHECK(parsed->is_about(base::Digest::sha256_of(content)) == with_sha256);
}

TEST_CASE("32 digests and 1 024 subjects are the most") {
    std::string digests;
    for (int i = 0; i < 31; ++i) digests += "\"a" + std::to_string(i) + R"(":"aa",)";
    CHECK(Statement::parse(base::as_bytes(statement(subject(digests + R"("sha256":")" + kHex + "\"")))));
    std::string many = "[";
    for (int i = 0; i < 1024; ++i) many += std::string(i == 0 ? "" : ",") + R"({"digest":{"sha256":")" + kHex + "\"}}";
    CHECK(Statement::parse(base::as_bytes(statement(many + "]"))));
}

TEST_CASE("the first subject that can be compared is told") {
    const auto told = [](const std::string& subjects) {
        return Statement::parse(base::as_bytes(statement(subjects))).value().first_subject();
    };
    CHECK(told(R"([{"digest":{"md5":"aa"}},{"digest":{"sha384":")" + std::string(96, 'b') + R"("}}])") == "sha384:" + std::string(96, 'b'));
    CHECK(told(subject(R"("sha512":")" + kHex + kHex + "\"")) == "sha512:" + kHex + kHex);
    CHECK(told(subject("")) == "no sha256, sha384 or sha512 subject");
}

TEST_CASE("statements that are not what the specification says are refused") {
    const auto good = subject(R"("sha256":")" + kHex + "\"");
    std::string many = "[";
    for (int i = 0; i < 1025; ++i) many += std::string(i == 0 ? "" : ",") + R"({"digest":{"sha256":")" + kHex + "\"}}";
    std::string digests;
    for (int i = 0; i < 33; ++i) digests += std::string(i == 0 ? "" : ",") + "\"a" + std::to_string(i) + R"(":"aa")";
    const auto [name, text, code] = GENERATE_COPY(table<std::string, std::string, FailureCode>({
        {"cut off", "{", FailureCode::malformed},
        {"empty", "", FailureCode::malformed},
        {"an array", "[]", FailureCode::malformed},
        {"unknown type", statement(good, "https://in-toto.io/Statement/v2"), FailureCode::unsupported},
        {"no type", vectors::replace(statement(good), "_type", "type"), FailureCode::malformed},
        {"no subjects", statement("[]"), FailureCode::malformed},
        {"null subjects", statement("null"), FailureCode::malformed},
        {"1025 subjects", statement(many + "]"), FailureCode::limits},
        {"33 digests", statement(subject(digests)), FailureCode::limits},
        {"unknown member of a subject", statement(R"([{"more":1,"digest":{"sha256":")" + kHex + R"("}}])"), FailureCode::malformed},
        {"digests that are a list", statement(R"([{"digest":[]}])"), FailureCode::malformed},
        {"an empty digest of another kind", statement(subject(R"("md5":"","sha256":")" + kHex + "\"")), FailureCode::malformed},
        {"subject without digest", statement(R"([{"name":"x"}])"), FailureCode::malformed},
        {"digest that is not hexadecimal", statement(subject(R"("md5":"xyz","sha256":")" + kHex + "\"")), FailureCode::malformed},
        {"short sha256", statement(subject(R"("sha256":"aa")")), FailureCode::malformed},
        {"empty digest", statement(subject(R"("sha256":"")")), FailureCode::malformed},
        {"digest is a number", statement(subject(R"("sha256":1)")), FailureCode::malformed},
        {"no predicate type", vectors::replace(statement(good), "predicateType", "predicateTypo"), FailureCode::malformed},
        {"empty predicate type", vectors::replace(statement(good), "https://example/p", ""), FailureCode::malformed},
        {"a member twice", vectors::replace(statement(good), R"("predicate":{)", R"("subject":[],"predicate":{)"), FailureCode::malformed},
        {"a member twice inside the predicate", vectors::replace(statement(good), R"("any":1)", R"("any":1,"any":2)"),
         FailureCode::malformed},
        {"a member in another case", vectors::replace(statement(good), R"("subject")", R"("Subject")"), FailureCode::malformed},
        {"unknown member", vectors::replace(statement(good), R"("predicate":{)", R"("more":1,"predicate":{)"), FailureCode::malformed},
        {"trailing bytes", statement(good) + "x", FailureCode::malformed},
    }));
    CAPTURE(name);
    const auto parsed = Statement::parse(base::as_bytes(text));
    REQUIRE_FALSE(parsed);
    CHECK(to_string(parsed.error().code) == to_string(code));
}

TEST_CASE("version 0.1 of the statement has the same members and is read too") {
    const auto parsed =
        Statement::parse(base::as_bytes(statement(subject(R"("sha256":")" + kHex + "\""), "https://in-toto.io/Statement/v0.1")));
    REQUIRE(parsed);
    CHECK(parsed->first_subject() == kArtifact.to_string());
}
