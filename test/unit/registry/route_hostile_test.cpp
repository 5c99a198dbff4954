// Targets made to mean one thing to the gate and another to a registry behind it (oci-proxying 2.1; security-advisories 10). Each is
// either refused, or what goes upstream is exactly the path that was asked for, byte for byte, and needs no cleaning by anyone.
#include <set>

#include "registry/route.h"
#include "test/support/catch.h"

using namespace registry;

namespace {

const std::string kDigest = base::Digest::sha256_of({}).to_string();

const std::vector<std::string>& tricks() {
    static const std::vector<std::string> result{
        "/",
        "//",
        "/./",
        "/../",
        "/.",
        "/..",
        "%2F",
        "%2f",
        "%2e%2e/",
        "%2E",
        "..%2F",
        "%5C",
        "\\",
        "\\..\\",
        "%00",
        std::string(1, '\0'),
        "%0D%0A",
        "\r\n",
        "%09",
        "\t",
        " ",
        "%20",
        "+",
        ";",
        ";x=y",
        "#",
        "#x",
        "?",
        "?x?y",
        "%23",
        "%3F",
        "%3A",
        "%3a",
        ":",
        "@",
        "%40",
        "*",
        "%2A",
        "%25",
        "%252F",
        "%25252F",
        "%",
        "%2",
        "%zz",
        "%c0%af",
        "%e0%80%af",
        "\xC0\xAF",
        "\xC5\xBF",
        "\xE2\x84\xAA",
        "\xEF\xBC\x8F",
        "A",
        "%41",
        "\x7F",
        "\x80",
        "~",
        "$",
        "&",
        "=",
        "|",
        "^",
        "`",
        "{",
        "}",
        "\"",
        "'",
        "<",
        ">",
        "(",
        ")",
    };
    return result;
}

std::vector<std::string> hostile_targets() {
    const std::vector<std::string> targets{
        "/v2/",
        "/v2/a/b/manifests/tag",
        "/v2/a/b/manifests/" + kDigest,
        "/v2/a/b/blobs/" + kDigest,
        "/v2/a/b/blobs/uploads/",
        "/v2/a/b/blobs/uploads/id",
        "/v2/a/b/tags/list",
        "/v2/a/b/referrers/" + kDigest,
    };
    std::set<std::string> result;
    for (const auto& target : targets) {
        // At every boundary: before and after each slash, and before and after the colon of a digest.
        for (std::size_t i = 0; i <= target.size(); ++i) {
            const bool boundary =
                i == 0 || i == target.size() || target[i] == '/' || target[i - 1] == '/' || target[i] == ':' || target[i - 1] == ':';
            if (!boundary) continue;
            for (const auto& trick : tricks()) result.insert(target.substr(0, i) + trick + target.substr(i));
        }
        // In place of each slash.
        for (std::size_t i = 0; i < target.size(); ++i) {
            if (target[i] != '/') continue;
            for (const auto& trick : tricks()) result.insert(target.substr(0, i) + trick + target.substr(i + 1));
        }
    }
    return {result.begin(), result.end()};
}

// The path as received, with the one normalisation that is allowed.
std::string intended(const std::string& target) {
    auto path = target.substr(0, target.find('?'));
    if (path == "/v2") path = "/v2/";
    for (const auto* escape : {"%3A", "%3a"}) {
        const auto position = path.find(std::string("sha256") + escape);
        if (position != std::string::npos) path.replace(position + 6, 3, ":");
    }
    return path;
}

std::string path_of(const std::string& target) { return target.substr(0, target.find('?')); }

bool needs_cleaning(const std::string& path) {
    for (const auto* part : {"//", "/./", "/../", "%", "\\", "#", " "}) {
        if (path.find(part) != std::string::npos) return true;
    }
    return path.ends_with("/.") || path.ends_with("/..");
}

}  // namespace

TEST_CASE("A hostile target is refused, or goes upstream as the path that was asked for") {
    const auto targets = hostile_targets();
    REQUIRE(targets.size() >= 500);
    std::size_t refused = 0;
    for (const auto& target : targets) {
        for (const auto* method : {"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"}) {
            const auto route = parse_route(method, target);
            if (!route) {
                ++refused;
                continue;
            }
            const auto sent = canonical_target(route->endpoint);
            CAPTURE(method, target, sent);
            REQUIRE(path_of(sent) == intended(target));
            REQUIRE_FALSE(needs_cleaning(path_of(sent)));
            // Read again, it is the same: nothing is left to be decoded by the next one.
            const auto again = parse_route(method, sent);
            REQUIRE(again.has_value());
            REQUIRE(canonical_target(again->endpoint) == sent);
        }
    }
    CHECK(refused > targets.size() * 5);
}
