// A bundle of the largest size that is read takes at most 32 MiB, whatever is in it and whether it verifies or not.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "sigstore/verifier.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"
#include "test/unit/sigstore/world.h"

// Sanitizers bring memory of their own.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

using namespace sigstore;

namespace {

constexpr std::size_t kMebibyte = 1024 * 1024;

// A line of /proc/self/status, in bytes.
std::size_t status(std::string_view name) {
    std::ifstream lines("/proc/self/status");
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name)) return std::stoul(line.substr(name.size() + 1)) * 1024;
    }
    return 0;
}

// The most that `work` has at one time, beyond what was there before it: in a process of its own, whose heap gives back what it does not
// need.
std::size_t peak_of(const std::function<void()>& work) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const auto child = ::fork();
    if (child == 0) {
        ::malloc_trim(0);
        std::ofstream("/proc/self/clear_refs") << "5";  // proc(5): the peak begins anew
        const auto before = status("VmRSS");
        work();
        const std::size_t grown = status("VmHWM") - before;
        ::_exit(::write(ends[1], &grown, sizeof grown) == static_cast<ssize_t>(sizeof grown) ? 0 : 1);
    }
    ::close(ends[1]);
    std::size_t grown = 0;
    const bool told = ::read(ends[0], &grown, sizeof grown) == static_cast<ssize_t>(sizeof grown);
    ::close(ends[0]);
    int ended = -1;
    ::waitpid(child, &ended, 0);
    REQUIRE((told && ended == 0));
    return grown;
}

// `piece` again and again, and the whole not longer than a bundle may be.
std::string filled(const std::string& before, const std::string& piece, const std::string& after, std::size_t size = kMaxBundleSize) {
    std::string text = before;
    while (text.size() + piece.size() + after.size() <= size) text += piece;
    return text + after;
}

// A genuine signature that fills a bundle, or is over a large artifact.
struct Large {
    world::World world;
    std::string bundle;
    explicit Large(const std::string& kind) {
        if (kind == "artifact") world.message = std::string(2 * kMebibyte, 'x');
        world.payload = vectors::replace(world.payload, R"("predicate":{})", "\"predicate\":" + predicate(kind));
        world.sign();
        const world::World::EntrySpec spec{.body = world.v1_body(), .kind = world.message ? "hashedrekord" : "dsse"};
        bundle = world.bundle({world.v1_entry(spec, world.v1_key)}, {world.tsa.stamp(world.signature)});
    }
    static std::string predicate(const std::string& kind) {
        constexpr std::size_t kSize = 3'100'000;  // 4 MiB in base64
        constexpr std::size_t kMostTexts = 2'900'000;
        if (kind == "numbers") return filled("[0", ",1", "]", 480'000);
        if (kind == "texts") return filled(R"(["")", R"(,"abcdefghi")", "]", kMostTexts);
        if (kind == "lists") return filled("[[]", ",[]", "]", 700'000);
        if (kind == "one text") return filled("\"", "x", "\"", kSize);
        std::string names = "{";
        for (int i = 0; kind == "names" && i < 99'000; ++i) names += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
        return names + "}";
    }
};

}  // namespace

TEST_CASE("verifying a bundle of 4 MiB takes at most 32 MiB") {
    const std::string kind = GENERATE("artifact", "one text", "numbers", "texts", "lists", "names");
    const Large large(kind);
    const auto artifact = large.world.message ? Artifact::of_content(base::as_bytes(*large.world.message))
                                              : Artifact(base::Digest::parse("sha256:" + std::string(64, 'a')).value());
    const auto root = large.world.root();
    const auto verified = verify(vectors::bundle(large.bundle), root, artifact);
    if (!verified) FAIL(verified.error().text());
    const auto grown = peak_of([&] {
        if (!verify(vectors::bundle(large.bundle), root, artifact)) ::_exit(2);
    });
    CAPTURE(kind, large.bundle.size(), grown);
    CHECK(grown <= 32 * kMebibyte);
}

TEST_CASE("refusing a bundle of 4 MiB takes at most 32 MiB, whatever fills it") {
    const std::string type = R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",)";
    const auto material = type + R"("verificationMaterial":{)";
    const std::string zeros = base::base64_encode(base::Bytes(60'000, 0));
    const auto [kind, text] = GENERATE_COPY(table<std::string, std::string>({
        {"zeros", filled(type + R"("x":[0)", ",0", "]}")},
        {"numbers", filled(type + R"("x":[0)", ",12345678901234", "]}")},
        {"empty lists", filled(type + R"("x":[0)", ",[]", "]}")},
        {"empty objects", filled(type + R"("x":[0)", ",{}", "]}")},
        {"short texts", filled(type + R"("x":[0)", R"(,"abcdefghijklmnop")", "]}")},
        {"deep lists", filled("", "[", "")},
        {"deep objects", filled("", R"({"a":)", "")},
        {"one text", filled(type + R"("x":")", "y", "\"}")},
        {"one text of escapes", filled(type + R"("x":")", "\\u00e4", "\"}")},
        {"entries", filled(material + R"("tlogEntries":[{})", ",{}", "]}}")},
        {"tokens", filled(material + R"("timestampVerificationData":{"rfc3161Timestamps":[{})", R"(,{"signedTimestamp":"AAAA"})", "]}}}")},
        {"large tokens",
         filled(material + R"("timestampVerificationData":{"rfc3161Timestamps":[{})", R"(,{"signedTimestamp":")" + zeros + "\"}", "]}}}")},
        {"certificates", filled(material + R"("x509CertificateChain":{"certificates":[{})", R"(,{"rawBytes":"AAAA"})", "]}}}")},
        {"hashes", filled(material + R"("tlogEntries":[{"inclusionProof":{"hashes":["")",
                          R"(,"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")", "]}}]}}")},
    }));
    const auto grown = peak_of([&document = text] {
        if (Bundle::parse(base::as_bytes(document))) ::_exit(2);
    });
    CAPTURE(kind, text.size(), grown);
    CHECK(grown <= 32 * kMebibyte);
    std::string names = type;
    for (int i = 0; names.size() < kMaxBundleSize - 20; ++i) names += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":0";
    names += "}";
    const auto of_names = peak_of([&] {
        if (Bundle::parse(base::as_bytes(names))) ::_exit(2);
    });
    CAPTURE(of_names);
    CHECK(of_names <= 32 * kMebibyte);
}

#endif
