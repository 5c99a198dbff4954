#include "test/unit/sigstore/vectors.h"

#include <cstdlib>
#include <iostream>

#include "base/file.h"
#include "base/json_reader.h"
#include "test/support/catch.h"
#include "test/support/source_dir.h"

namespace vectors {

namespace {

std::filesystem::path images() { return std::filesystem::path(test::source_dir()) / "test/data/images"; }

std::string value_of(const base::json::Reader& object, std::string_view name) {
    return std::string(object.at(name).value().string().value());
}

}  // namespace

std::string read_text(const std::filesystem::path& path) {
    return std::string(base::as_text(base::read_file(path, 8 * 1024 * 1024).value()));
}

Vector image(std::string_view name) {
    const auto document = base::json::parse(read_text(images() / "identities.json")).value();
    const auto entry = base::json::Reader(document).at(name).value();
    return {read_text(images() / "bundles" / (std::string(name) + ".sigstore.json")),
            base::Digest::parse(value_of(entry, "digest")).value(), value_of(entry, "subject"), value_of(entry, "issuer")};
}

std::string image_root_text(std::string_view file) { return read_text(images() / file); }

sigstore::TrustedRoot image_root() { return root(image_root_text()); }

std::optional<std::filesystem::path> public_data() {
    const char* const variable = std::getenv("COUNTERSIGN_PUBLIC_DATA");
    const std::filesystem::path folder = variable != nullptr ? variable : COUNTERSIGN_PUBLIC_DATA;
    if (!folder.empty() && std::filesystem::is_directory(folder / "bundles/conformance")) return folder;
    static const bool kSaid = [] {
        std::cout << "SKIPPED: conformance bundles (set COUNTERSIGN_PUBLIC_DATA)\n";
        return true;
    }();
    (void)kSaid;
    return std::nullopt;
}

sigstore::Bundle bundle(std::string_view json) {
    auto parsed = sigstore::Bundle::parse(base::as_bytes(json));
    if (!parsed) FAIL(parsed.error().text());
    return *std::move(parsed);
}

sigstore::TrustedRoot root(std::string_view json) {
    auto parsed = sigstore::TrustedRoot::parse(base::as_bytes(json));
    if (!parsed) FAIL(parsed.error().text());
    return *std::move(parsed);
}

std::string edit(std::string json, std::string_view member, const Change& change, std::size_t occurrence) {
    const auto name = "\"" + std::string(member) + "\"";
    auto at = json.find(name);
    for (; occurrence > 0 && at != std::string::npos; --occurrence) at = json.find(name, at + 1);
    const auto begin = at == std::string::npos ? at : json.find('"', at + name.size());
    const auto end = begin == std::string::npos ? begin : json.find('"', begin + 1);
    if (end == std::string::npos) FAIL("no string member " << member);
    return json.replace(begin + 1, end - begin - 1, change(json.substr(begin + 1, end - begin - 1)));
}

std::string replace(std::string text, std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    if (at == std::string::npos) FAIL("no text " << from);
    return text.replace(at, from.size(), to);
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
    return text;
}

std::vector<std::string> with_unknown_member(const std::string& json) {
    std::vector<std::string> changed;
    bool is_text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (is_text && json[i] == '\\') {
            ++i;
        } else if (json[i] == '"') {
            is_text = !is_text;
        } else if (!is_text && json[i] == '{') {
            const bool is_empty = json.find_first_not_of(" \n", i + 1) == json.find('}', i);
            changed.push_back(json.substr(0, i + 1) + (is_empty ? R"("unknown":1)" : R"("unknown":1,)") + json.substr(i + 1));
        }
    }
    return changed;
}

Change flip_decoded(std::ptrdiff_t index) {
    return [index](const std::string& text) {
        auto bytes = base::base64_decode(text).value();
        const auto at = index >= 0 ? index : static_cast<std::ptrdiff_t>(bytes.size()) + index;
        bytes.at(static_cast<std::size_t>(at)) ^= 0x01;
        return base::base64_encode(bytes);
    };
}

Change flip_raw(std::size_t index) {
    return [index](std::string text) {
        text.at(index) = text.at(index) == 'A' ? 'B' : 'A';
        return text;
    };
}

}  // namespace vectors
