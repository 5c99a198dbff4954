#include "registry/link.h"

#include "registry/field_value.h"

namespace registry {
namespace {

constexpr std::size_t kLinkLimit = 8 * 1024;
constexpr std::size_t kLinkCount = 16;

std::unexpected<base::Error> malformed() {
    return base::fail(base::ErrorCode::unavailable, "Link: not of the form <target>; rel=\"next\"");
}

// rel is a list of relation types, compared without case (RFC 8288 section 3.3).
bool contains_next(std::string_view relations) {
    while (!relations.empty()) {
        const auto end = relations.find(' ');
        if (http::names_equal(relations.substr(0, end), "next")) return true;
        relations.remove_prefix(end == std::string_view::npos ? relations.size() : end + 1);
    }
    return false;
}

// link-value = "<" URI-Reference ">" *( OWS ";" OWS link-param ). Returns whether rel contains "next"; of several rel parameters the
// first counts (RFC 8288 section 3.3).
base::Result<bool> read_parameters(FieldScanner& scanner) {
    std::optional<bool> next;
    while (scanner.skip_blanks().take(';')) {
        const auto name = scanner.skip_blanks().token();
        if (name.empty()) return malformed();
        if (!scanner.skip_blanks().take('=')) continue;
        const auto value = scanner.skip_blanks().value();
        if (!value) return malformed();
        if (http::names_equal(name, "rel") && !next) next = contains_next(*value);
    }
    return next.value_or(false);
}

}  // namespace

base::Result<std::optional<std::string>> next_link(std::string_view header) {
    if (header.size() > kLinkLimit) return malformed();
    FieldScanner scanner(header);
    for (std::size_t count = 0; count < kLinkCount; ++count) {
        while (scanner.skip_blanks().take(',')) {
        }
        if (scanner.at_end()) return std::optional<std::string>();
        if (!scanner.take('<')) return malformed();
        const auto target = scanner.until('>');
        if (!target) return malformed();
        TRY(const auto next, read_parameters(scanner));
        if (next) return std::optional(std::string(*target));
        if (!scanner.skip_blanks().at_end() && !scanner.take(',')) return malformed();
    }
    return malformed();
}

base::Result<std::optional<Url>> next_page(const Url& request, const http::Headers& headers) {
    TRY(const auto target, next_link(headers.joined("Link")));
    if (!target) return std::optional<Url>();
    TRY(auto url, resolve(request, *target));
    if (url.origin != request.origin || url.path() != request.path()) {
        return base::fail(base::ErrorCode::unavailable, "Link: the next page is not in the same listing: " + url.without_query());
    }
    return std::optional(std::move(url));
}

base::Result<std::optional<std::string>> public_tags_link(const Url& request, const http::Headers& headers, const PublicBase& client) {
    TRY(const auto page, next_page(request, headers));
    if (!page) return std::optional<std::string>();
    const auto route = parse_route("GET", page->target);
    const auto* tags = route ? std::get_if<TagsRoute>(&route->endpoint) : nullptr;
    // A parameter that would be lost on the way back makes the client read the same page for ever.
    if (tags == nullptr || tags->query.empty()) {
        return base::fail(base::ErrorCode::unavailable, "Link: the next page has no parameter n, last or next_page");
    }
    return std::optional("<" + client.tags(*tags) + ">; rel=\"next\"");
}

}  // namespace registry
