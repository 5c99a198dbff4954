#include "registry/route.h"

#include <algorithm>
#include <array>

#include "registry/query.h"

namespace registry {
namespace {

constexpr std::string_view kRoot = "/v2/";
constexpr std::size_t kNsLimit = 255;
constexpr std::size_t kSessionLimit = 2048;

template <typename T>
using Answer = std::expected<T, ApiError>;

enum class Kind { ping, manifest, blob, upload_start, upload, tags, referrers };

struct KindRow {
    Kind kind;
    std::string_view allow;
};
// oci-proxying 1.3. HEAD of /v2/ is not in it, but a server must support HEAD where it supports GET (RFC 9110 section 9.1), and
// load balancers probe with it.
constexpr std::array kKinds{
    KindRow{Kind::ping, "GET, HEAD"},    KindRow{Kind::manifest, "GET, HEAD, PUT, DELETE"}, KindRow{Kind::blob, "GET, HEAD, DELETE"},
    KindRow{Kind::upload_start, "POST"}, KindRow{Kind::upload, "GET, PATCH, PUT, DELETE"},  KindRow{Kind::tags, "GET"},
    KindRow{Kind::referrers, "GET"},
};

// A path cut at the last marker: what stands before and after it.
struct Parts {
    Kind kind;
    std::string_view name;
    std::string_view last;
    UploadCollection collection = UploadCollection::uploads;
};

struct Marker {
    std::string_view text;
    Kind kind;
    UploadCollection collection = UploadCollection::uploads;
};
// What follows a marker has no slash, so each can only match at its last occurrence, and two match only where one is the tail of
// the other: the longer one stands first. A repository may itself be called a/manifests/b (oci-proxying 1.2).
constexpr std::array kMarkers{
    Marker{"/blobs/uploads/", Kind::upload}, Marker{"/blobs/upload/", Kind::upload, UploadCollection::upload},
    Marker{"/manifests/", Kind::manifest},   Marker{"/blobs/", Kind::blob},
    Marker{"/referrers/", Kind::referrers},  Marker{"/tags/", Kind::tags},
};

std::optional<Parts> cut(std::string_view path) {
    if (path == "/v2" || path == kRoot) return Parts{Kind::ping, {}, {}, {}};
    if (!path.starts_with(kRoot)) return std::nullopt;
    path.remove_prefix(kRoot.size());
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto last = path.substr(slash + 1);
    const auto before = path.substr(0, slash + 1);
    for (const auto& marker : kMarkers) {
        if (!before.ends_with(marker.text)) continue;
        if (marker.kind == Kind::tags && last != "list") return std::nullopt;
        const bool starts = marker.kind == Kind::upload && last.empty();
        if (starts && marker.collection != UploadCollection::uploads) return std::nullopt;
        const auto kind = starts ? Kind::upload_start : marker.kind;
        return Parts{kind, before.substr(0, before.size() - marker.text.size()), last, marker.collection};
    }
    return std::nullopt;
}

std::unexpected<ApiError> refuse(ApiCode code, const base::Error& error) { return std::unexpected(ApiError(code, 400, error.message())); }

Answer<void> check_method(Kind kind, std::string_view method) {
    const auto allow = std::ranges::find(kKinds, kind, &KindRow::kind)->allow;
    for (auto rest = allow; !rest.empty();) {
        const auto comma = rest.find(", ");
        if (rest.substr(0, comma) == method) return {};
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 2);
    }
    ApiError error(ApiCode::unsupported, 405, "method not allowed");
    error.allow = allow;
    return std::unexpected(std::move(error));
}

Answer<RepositoryName> read_name(std::string_view text) {
    auto name = RepositoryName::parse(text);
    if (!name) return refuse(ApiCode::name_invalid, name.error());
    return *std::move(name);
}

Answer<base::Digest> read_digest(std::string_view text) {
    auto digest = base::Digest::parse(text);
    if (!digest) return refuse(ApiCode::digest_invalid, digest.error());
    return *std::move(digest);
}

// "sha256%3A…" is the one escape that clients send in a path (oci-proxying 2.1).
std::string with_colon(std::string_view text) {
    const auto escape = std::min(text.find("%3A"), text.find("%3a"));
    std::string result(text);
    if (escape != std::string_view::npos) result.replace(escape, 3, ":");
    return result;
}

Answer<std::optional<std::string>> read_once(const Query& query, std::string_view name, ApiCode code) {
    auto value = query.once(name);
    if (!value) return refuse(code, value.error());
    return *std::move(value);
}

Answer<std::optional<base::Digest>> read_digest_parameter(const Query& query) {
    TRY(const auto text, read_once(query, "digest", ApiCode::digest_invalid));
    if (!text) return std::optional<base::Digest>();
    TRY(auto digest, read_digest(*text));
    return std::optional(std::move(digest));
}

// tag= creates tags (oci-proxying 2.1): it must be seen by whoever decides about tags, or be refused.
Answer<std::vector<Tag>> read_extra_tags(std::string_view method, const Reference& reference, const Query& query) {
    std::vector<Tag> result;
    if (method != "PUT") return result;
    const auto values = query.all("tag");
    if (!values.empty() && reference.digest() == nullptr) {
        return std::unexpected(ApiError(ApiCode::tag_invalid, "tag= goes with a manifest that is put by digest only"));
    }
    for (const auto& value : values) {
        auto tag = Tag::parse(value);
        if (!tag) return refuse(ApiCode::tag_invalid, tag.error());
        result.push_back(*std::move(tag));
    }
    return result;
}

Answer<Endpoint> read_manifest(std::string_view method, RepositoryName name, std::string_view last, const Query& query) {
    const auto text = with_colon(last);
    auto reference = Reference::parse(text);
    if (!reference) {
        const bool digest = text.find(':') != std::string::npos;
        return refuse(digest ? ApiCode::digest_invalid : ApiCode::tag_invalid, reference.error());
    }
    TRY(auto tags, read_extra_tags(method, *reference, query));
    return ManifestRoute{std::move(name), *std::move(reference), std::move(tags)};
}

Answer<Endpoint> read_upload_start(RepositoryName name, const Query& query) {
    TRY(auto digest, read_digest_parameter(query));
    TRY(const auto algorithm, read_once(query, "digest-algorithm", ApiCode::digest_invalid));
    if (algorithm && *algorithm != "sha256" && *algorithm != "sha512") {
        return std::unexpected(ApiError(ApiCode::digest_invalid, "digest-algorithm: expected sha256 or sha512"));
    }
    TRY(const auto mount, read_once(query, "mount", ApiCode::digest_invalid));
    TRY(const auto from, read_once(query, "from", ApiCode::name_invalid));
    return UploadStartRoute{std::move(name), std::move(digest), algorithm.value_or(""), mount || from};
}

// A session is an upstream's own word: one path segment of characters that need no escape (RFC 3986 section 3.3).
bool is_session(std::string_view text) {
    constexpr std::string_view kOthers = "-._~=+,:@";
    const auto fits = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kOthers.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= kSessionLimit && text != "." && text != ".." && std::ranges::all_of(text, fits);
}

Answer<Endpoint> read_upload(RepositoryName name, const Parts& parts, const Query& query) {
    if (!is_session(parts.last)) return std::unexpected(ApiError(ApiCode::blob_upload_unknown, "not an upload session"));
    TRY(auto digest, read_digest_parameter(query));
    return UploadRoute{std::move(name), std::string(parts.last), query.without("ns"), std::move(digest), parts.collection};
}

// A page size of digits that every registry's integer can hold.
bool is_page_size(std::string_view text) {
    constexpr std::size_t kMostDigits = 9;
    return !text.empty() && text.size() <= kMostDigits && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Answer<Endpoint> read_tags(RepositoryName name, const Query& query) {
    TRY(const auto size, read_once(query, "n", ApiCode::pagination_number_invalid));
    if (size && !is_page_size(*size)) {
        return std::unexpected(ApiError(ApiCode::pagination_number_invalid, "n: expected a number of 1 to 9 digits"));
    }
    std::string rebuilt = size ? "n=" + *size : "";
    for (const auto* known : {"last", "next_page"}) {
        TRY(const auto value, read_once(query, known, ApiCode::unsupported));
        if (!value) continue;
        rebuilt += (rebuilt.empty() ? "" : "&") + std::string(known) + "=" + percent_encode(*value);
    }
    return TagsRoute{std::move(name), std::move(rebuilt)};
}

Answer<Endpoint> read_referrers(RepositoryName name, std::string_view last, const Query& query) {
    TRY(auto subject, read_digest(with_colon(last)));
    TRY(const auto artifact_type, read_once(query, "artifactType", ApiCode::unsupported));
    return ReferrersRoute{std::move(name), std::move(subject), artifact_type.value_or("")};
}

Answer<Endpoint> read_endpoint(std::string_view method, const Parts& parts, const Query& query) {
    if (parts.kind == Kind::ping) return PingRoute{};
    TRY(auto name, read_name(parts.name));
    switch (parts.kind) {
        case Kind::manifest: return read_manifest(method, std::move(name), parts.last, query);
        case Kind::upload_start: return read_upload_start(std::move(name), query);
        case Kind::upload: return read_upload(std::move(name), parts, query);
        case Kind::tags: return read_tags(std::move(name), query);
        case Kind::referrers: return read_referrers(std::move(name), parts.last, query);
        case Kind::blob:
        case Kind::ping: break;
    }
    TRY(auto digest, read_digest(with_colon(parts.last)));
    return BlobRoute{std::move(name), std::move(digest)};
}

// containerd's ns names a registry host; an empty one would silently mean "none" (oci-proxying 2.15). containerd adds it to whatever
// Location it was given, also to one that has it already, so the same name twice is no contradiction.
Answer<std::string> read_ns(const Query& query) {
    auto stated = query.agreed("ns");
    if (!stated) return refuse(ApiCode::name_invalid, stated.error());
    const auto ns = *std::move(stated);
    if (ns && (ns->empty() || ns->size() > kNsLimit)) {
        return std::unexpected(ApiError(ApiCode::name_invalid, "ns: expected 1 to 255 characters"));
    }
    return ns.value_or("");
}

std::string path_under(const RepositoryName& repository, std::string_view rest) {
    return std::string(kRoot) + repository.text() + std::string(rest);
}

std::string with_query(std::string path, std::string_view query) { return query.empty() ? path : path + "?" + std::string(query); }

struct TargetWriter {
    std::string operator()(const PingRoute&) const { return std::string(kRoot); }
    std::string operator()(const ManifestRoute& route) const {
        std::string query;
        for (const auto& tag : route.extra_tags) query += (query.empty() ? "tag=" : "&tag=") + tag.text();
        return with_query(path_under(route.repository, "/manifests/" + route.reference.text()), query);
    }
    std::string operator()(const BlobRoute& route) const { return path_under(route.repository, "/blobs/" + route.digest.to_string()); }
    std::string operator()(const UploadStartRoute& route) const {
        std::string query = route.digest ? "digest=" + route.digest->to_string() : "";
        if (!route.digest_algorithm.empty()) query += (query.empty() ? "" : "&") + ("digest-algorithm=" + route.digest_algorithm);
        return with_query(path_under(route.repository, "/blobs/uploads/"), query);
    }
    std::string operator()(const UploadRoute& route) const {
        return with_query(path_under(route.repository, session_path(route)), route.query);
    }
    std::string operator()(const TagsRoute& route) const { return with_query(path_under(route.repository, "/tags/list"), route.query); }
    std::string operator()(const ReferrersRoute& route) const {
        const auto query = route.artifact_type.empty() ? "" : "artifactType=" + percent_encode(route.artifact_type);
        return with_query(path_under(route.repository, "/referrers/" + route.subject.to_string()), query);
    }
};

}  // namespace

std::expected<Route, ApiError> parse_route(std::string_view method, std::string_view target) {
    const auto question = target.find('?');
    const auto parts = cut(target.substr(0, question));
    if (!parts) return std::unexpected(ApiError(ApiCode::unsupported, 404, "no such endpoint"));
    TRY_VOID(check_method(parts->kind, method));
    const auto query = Query::parse(question == std::string_view::npos ? std::string_view() : target.substr(question + 1));
    if (!query) return std::unexpected(ApiError(ApiCode::unsupported, 400, query.error().message()));
    TRY(auto ns, read_ns(*query));
    TRY(auto endpoint, read_endpoint(method, *parts, *query));
    return Route{std::string(method), std::move(endpoint), std::move(ns)};
}

std::string session_path(const UploadRoute& upload) {
    return (upload.collection == UploadCollection::uploads ? "/blobs/uploads/" : "/blobs/upload/") + upload.session;
}

std::string canonical_target(const Endpoint& endpoint) { return std::visit(TargetWriter(), endpoint); }

}  // namespace registry
