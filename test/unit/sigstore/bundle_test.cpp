#include "sigstore/bundle.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;
using vectors::edit;
using vectors::replace;

namespace {

const std::string kV3 = "application/vnd.dev.sigstore.bundle.v0.3+json";

std::string repeated(const std::string& element, int count) {
    std::string list = element;
    for (int i = 1; i < count; ++i) list += "," + element;
    return list;
}

std::string code_of(std::string_view json) {
    const auto parsed = Bundle::parse(base::as_bytes(json));
    if (parsed) return "parsed";
    UNSCOPED_INFO(parsed.error().text());
    return std::string(to_string(parsed.error().code));
}

}  // namespace

TEST_CASE("what cosign writes is read, and nothing of it is lost") {
    const auto bundle = vectors::bundle(vectors::image("signed-rekor1-email").bundle);
    CHECK(bundle.version() == BundleVersion::v0_3);
    REQUIRE(bundle.certificate() != nullptr);
    REQUIRE(bundle.log_entries().size() == 1);
    const auto& entry = bundle.log_entries().front();
    CHECK(entry.kind == "dsse");
    CHECK(entry.version == "0.0.1");
    CHECK(entry.integrated_time > 0);
    CHECK_FALSE(entry.signed_entry_timestamp.empty());
    CHECK(entry.where == "verificationMaterial.tlogEntries[0]");
    CHECK(bundle.timestamps().size() == 1);
    CHECK(std::get<DsseEnvelope>(bundle.content()).payload_type == "application/vnd.in-toto+json");
    CHECK_FALSE(bundle.signature().empty());
}

TEST_CASE("exactly four media types are bundles") {
    const auto json = vectors::image("signed-rekor2-email").bundle;
    const auto [type, expected] = GENERATE(table<std::string, std::string>({
        {"application/vnd.dev.sigstore.bundle.v0.3+json", "parsed"},
        {"application/vnd.dev.sigstore.bundle+json;version=0.3", "parsed"},
        {"application/vnd.dev.sigstore.bundle+json;version=0.2", "parsed"},
        {"application/vnd.dev.sigstore.bundle+json;version=0.1", "malformed"},  // no inclusion promise
        {"application/vnd.dev.sigstore.bundle+json;version=99.9", "unsupported"},
        {"application/vnd.dev.sigstore.bundle+json; version=0.3", "unsupported"},
        {"application/vnd.dev.sigstore.bundle.v0.4+json", "unsupported"},
        {"application/vnd.dev.sigstore.bundle.v0.3.1+json", "unsupported"},
        {"Application/vnd.dev.sigstore.bundle.v0.3+json", "unsupported"},
        {"", "malformed"},
    }));
    CAPTURE(type);
    CHECK(code_of(edit(json, "mediaType", [&](const std::string&) { return type; })) == expected);
}

TEST_CASE("documents that are not what the schema says are refused") {
    const auto json = vectors::image("signed-rekor1-email").bundle;
    const auto certificate = R"("certificate":{)";
    const auto [name, text, expected] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"empty", "", "malformed"},
        {"not JSON", "{", "malformed"},
        {"an array", "[]", "malformed"},
        {"trailing bytes", json + "x", "malformed"},
        {"unknown member", replace(json, R"({"mediaType")", R"({"more":1,"mediaType")"), "malformed"},
        {"a member twice", replace(json, R"({"mediaType")", R"({"mediaType":"x","mediaType")"), "malformed"},
        {"snake case", replace(json, "logIndex", "log_index"), "malformed"},
        {"another case", replace(json, "dsseEnvelope", "DsseEnvelope"), "malformed"},
        {"no media type", replace(json, "mediaType", "mediaTypo"), "malformed"},
        {"no verification material", replace(json, "verificationMaterial", "verificationMateria"), "malformed"},
        {"null verification material", R"({"mediaType":")" + kV3 + R"(","verificationMaterial":null,"messageSignature":{}})", "malformed"},
        {"no certificate and no key", replace(json, certificate, R"("certificate":null,"x509CertificateChain":{)"), "malformed"},
        {"certificate and key", replace(json, certificate, R"("publicKey":{"hint":"x"},"certificate":{)"), "malformed"},
        {"certificate not base64", edit(json, "rawBytes", [](std::string s) { return "*" + s; }), "malformed"},
        {"certificate with trailing bytes",
         edit(json, "rawBytes",
              [](const std::string& s) {
                  auto der = base::base64_decode(s).value();
                  der.push_back(0);
                  return base::base64_encode(der);
              }),
         "malformed"},
        {"certificate cut off", edit(json, "rawBytes", [](const std::string& s) { return s.substr(0, 400); }), "malformed"},
        {"certificate too large", edit(json, "rawBytes", [](const std::string&) { return base::base64_encode(base::Bytes(70'000)); }),
         "limits"},
        {"signature not base64", edit(json, "sig", [](const std::string& s) { return s + "!"; }), "malformed"},
        {"signature with a line end", edit(json, "sig", [](const std::string& s) { return s + "\\n"; }), "malformed"},
        {"signature in the URL alphabet", edit(json, "sig", [](const std::string&) { return "-_-_"; }), "malformed"},
        {"empty signature", edit(json, "sig", [](const std::string&) { return ""; }), "malformed"},
        {"empty payload type", edit(json, "payloadType", [](const std::string&) { return ""; }), "malformed"},
        {"two signatures", replace(json, R"("signatures":[)", R"("signatures":[{"sig":"AAAA"},)"), "malformed"},
        {"no signatures",
         R"({"mediaType":")" + kV3 +
             R"(","verificationMaterial":{"publicKey":{}},"dsseEnvelope":{"payload":"AAAA","payloadType":"x","signatures":[]}})",
         "malformed"},
        {"envelope and message signature",
         replace(json, R"("dsseEnvelope":)",
                 R"("messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"AAAA"},"signature":"AAAA"},"dsseEnvelope":)"),
         "malformed"},
        {"neither", R"({"mediaType":")" + kV3 + R"(","verificationMaterial":{"publicKey":{}}})", "malformed"},
        {"no inclusion proof", replace(json, R"("inclusionProof":{)", R"("inclusionProof":null,"ignored":{)"), "malformed"},
        {"no checkpoint", replace(json, R"("checkpoint":)", R"("chekpoint":)"), "malformed"},
        {"negative log index", edit(json, "logIndex", [](const std::string&) { return "-1"; }), "malformed"},
        {"log index with a sign", edit(json, "logIndex", [](const std::string&) { return "+1"; }), "malformed"},
        {"log index beyond 63 bits", edit(json, "logIndex", [](const std::string&) { return "9223372036854775808"; }), "malformed"},
        {"log index with a fraction", edit(json, "logIndex", [](const std::string&) { return "1.0"; }), "malformed"},
        {"log id of 31 bytes", edit(json, "keyId", [](const std::string&) { return base::base64_encode(base::Bytes(31)); }), "malformed"},
        {"no log id", replace(json, R"("logId":)", R"("logIdd":)"), "malformed"},
        {"empty kind", edit(json, "kind", [](const std::string&) { return ""; }), "malformed"},
        {"empty body", edit(json, "canonicalizedBody", [](const std::string&) { return ""; }), "malformed"},
        {"empty promise", edit(json, "signedEntryTimestamp", [](const std::string&) { return ""; }), "malformed"},
        {"empty timestamp", edit(json, "signedTimestamp", [](const std::string&) { return ""; }), "malformed"},
        {"timestamp too large", edit(json, "signedTimestamp", [](const std::string&) { return base::base64_encode(base::Bytes(70'000)); }),
         "limits"},
        {"root hash of 31 bytes", edit(json, "rootHash", [](const std::string&) { return base::base64_encode(base::Bytes(31)); }),
         "malformed"},
        {"path hash of 33 bytes", replace(json, R"("hashes":[)", R"("hashes":[")" + base::base64_encode(base::Bytes(33)) + "\","),
         "malformed"},
        {"too deep", R"({"mediaType":)" + std::string(100, '[') + std::string(100, ']') + "}", "limits"},
    }));
    CAPTURE(name);
    const auto code = code_of(text);
    if (name == "too deep") {
        CHECK(code != "parsed");
    } else {
        CHECK(code == expected);
    }
}

TEST_CASE("an unknown member is refused in every object of every kind of bundle") {
    const auto key = R"({"mediaType":")" + kV3 +
                     R"(","verificationMaterial":{"publicKey":{"hint":"h"}},"messageSignature":)"
                     R"({"messageDigest":{"algorithm":"SHA2_256","digest":"AAAA"},"signature":"AAAA"}})";
    const auto json = vectors::image("signed-rekor1-email").bundle;
    const auto [name, text, objects] = GENERATE_COPY(table<std::string, std::string, std::size_t>({
        {"a certificate, an envelope, Rekor v1", json, 13},
        {"a certificate, an envelope, Rekor v2", vectors::image("signed-rekor2-email").bundle, 12},
        {"a key, a message signature", key, 5},
    }));
    CAPTURE(name);
    CHECK(code_of(text) == "parsed");
    const auto changed = vectors::with_unknown_member(text);
    CHECK(changed.size() == objects);
    for (const auto& one : changed) CHECK(code_of(one) == "malformed");
}

TEST_CASE("more elements than the limits are refused before they are looked at") {
    const auto json = vectors::image("signed-rekor1-email").bundle;
    const auto [name, from, to, expected] = GENERATE_COPY(table<std::string, std::string, std::string, std::string>({
        {"33 entries", R"("tlogEntries":[)", R"("tlogEntries":[)" + repeated("1", 32) + ",", "limits"},
        {"32 entries that are none", R"("tlogEntries":[)", R"("tlogEntries":[)" + repeated("1", 31) + ",", "malformed"},
        {"33 timestamps", R"("rfc3161Timestamps":[)", R"("rfc3161Timestamps":[)" + repeated("1", 32) + ",", "limits"},
        {"65 path hashes", R"("hashes":[)", R"("hashes":[)" + repeated("1", 65) + ",", "limits"},
        {"33 signatures", R"("signatures":[)", R"("signatures":[)" + repeated("1", 32) + ",", "limits"},
    }));
    CAPTURE(name);
    CHECK(code_of(replace(json, from, to)) == expected);
}

TEST_CASE("limits of sizes are the largest sizes that are allowed") {
    const auto json = vectors::image("signed-rekor1-email").bundle;
    CHECK(code_of(json + std::string(kMaxBundleSize - json.size(), ' ')) == "parsed");
    const auto larger = Bundle::parse(base::as_bytes(json + std::string(kMaxBundleSize + 1 - json.size(), ' ')));
    REQUIRE_FALSE(larger);
    CHECK(larger.error().code == FailureCode::limits);
    CHECK(larger.error().expected == "a bundle of at most 4 MiB");
    const auto with_token = [&](std::size_t size) {
        return code_of(edit(json, "signedTimestamp", [&](const std::string&) { return base::base64_encode(base::Bytes(size)); }));
    };
    CHECK(with_token(kMaxTimestampSize) == "parsed");
    CHECK(with_token(kMaxTimestampSize + 1) == "limits");
}

TEST_CASE("versions differ in how the certificate comes and in what an entry must have") {
    const auto json = vectors::image("signed-rekor1-email").bundle;
    const auto as_version = [](const std::string& text, const std::string& version) {
        return edit(text, "mediaType", [&](const std::string&) { return "application/vnd.dev.sigstore.bundle+json;version=" + version; });
    };
    std::string leaf;
    (void)edit(json, "rawBytes", [&](const std::string& text) { return leaf = text; });
    const auto chained = replace(json, R"("certificate":{"rawBytes":")" + leaf + "\"}",
                                 R"("x509CertificateChain":{"certificates":[{"rawBytes":")" + leaf + R"("},{"rawBytes":"AAAA"}]})");
    const auto begin =
        json.find(R"(, "inclusionProof")") == std::string::npos ? json.find(R"("inclusionProof")") : json.find(R"(, "inclusionProof")");
    const auto end = json.find(R"("canonicalizedBody")");
    const auto unproven = json.substr(0, begin) + (json[begin] == ',' ? ", " : "") + json.substr(end);

    CHECK(code_of(as_version(json, "0.1")) == "parsed");  // sigstore-go tolerates the single certificate too
    CHECK(code_of(as_version(chained, "0.1")) == "parsed");
    CHECK(code_of(as_version(chained, "0.2")) == "parsed");
    CHECK(code_of(chained) == "malformed");
    for (const auto* const object : {R"("x509CertificateChain":{)", R"("certificates":[{)"}) {
        CHECK(code_of(replace(as_version(chained, "0.1"), object, std::string(object) + R"("unknown":1,)")) == "malformed");
    }
    CHECK(code_of(as_version(unproven, "0.1")) == "parsed");
    CHECK(code_of(as_version(unproven, "0.2")) == "inclusion");
    CHECK(code_of(unproven) == "inclusion");
    const auto empty = replace(as_version(chained, "0.1"), R"("certificates":[)", R"("certificates":[],"ignored":[)");
    CHECK(code_of(empty) == "malformed");
}

TEST_CASE("a chain without certificates is malformed, not a crash") {
    CHECK(code_of(R"({"mediaType":"application/vnd.dev.sigstore.bundle+json;version=0.2","verificationMaterial":)"
                  R"({"x509CertificateChain":{"certificates":[]}},"dsseEnvelope":{"payload":"AAAA","payloadType":"x",)"
                  R"("signatures":[{"sig":"AAAA"}]}})") == "malformed");
}

TEST_CASE("proto3 defaults: null is absent, a key may come without a hint, numbers may be numbers") {
    const auto json = vectors::image("signed-rekor2-email").bundle;
    CHECK(code_of(replace(json, R"("canonicalizedBody")", R"("inclusionPromise":null,"canonicalizedBody")")) == "parsed");
    CHECK(code_of(R"({"mediaType":")" + kV3 +
                  R"(","verificationMaterial":{"publicKey":{}},"messageSignature":)"
                  R"({"messageDigest":{"algorithm":"SHA2_256","digest":"AAAA"},"signature":"AAAA"}})") == "parsed");
    CHECK(code_of(R"({"mediaType":")" + kV3 +
                  R"(","verificationMaterial":{"publicKey":{"hint":"h"}},"messageSignature":)"
                  R"({"messageDigest":{"algorithm":"SHA3_256","digest":"AAAA"},"signature":"AAAA"}})") == "unsupported");
    CHECK(code_of(R"({"mediaType":")" + kV3 +
                  R"(","verificationMaterial":{"publicKey":{"hint":"h"}},"messageSignature":)"
                  R"({"signature":"AAAA"}})") == "malformed");
}

TEST_CASE("1.6: the hint of a key and a keyid name the same key where both are there") {
    const auto with = [](const std::string& hint, const std::string& keyid) {
        return code_of(R"({"mediaType":")" + kV3 + R"(","verificationMaterial":{"publicKey":{"hint":")" + hint +
                       R"("}},"dsseEnvelope":{"payload":"AAAA","payloadType":"x","signatures":[{"sig":"AAAA","keyid":")" + keyid +
                       R"("}]}})");
    };
    CHECK(with("a", "a") == "parsed");
    CHECK(with("a", "") == "parsed");
    CHECK(with("", "a") == "parsed");
    CHECK(with("a", "b") == "malformed");
    // 7.3: with a certificate the keyid selects nothing and says nothing.
    CHECK(code_of(replace(vectors::image("signed-rekor1-email").bundle, R"("sig":)", R"("keyid":"b","sig":)")) == "parsed");
}

TEST_CASE("the same entry twice is refused") {
    const auto json = vectors::image("signed-rekor2-email").bundle;
    const auto begin = json.find(R"("tlogEntries":[)") + std::string(R"("tlogEntries":[)").size();
    const auto end = json.find(R"(], "timestampVerificationData")") == std::string::npos ? json.find(R"(],"timestampVerificationData")")
                                                                                         : json.find(R"(], "timestampVerificationData")");
    REQUIRE(end != std::string::npos);
    const auto entry = json.substr(begin, end - begin);
    CHECK(code_of(json.substr(0, end) + "," + entry + json.substr(end)) == "malformed");
}
