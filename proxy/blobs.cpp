#include "proxy/blobs.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "proxy/answer_headers.h"
#include "proxy/inert.h"

namespace proxy {
namespace {

using registry::ApiCode;
using registry::ApiError;

// The largest document that a client takes for a manifest (containerd; oci-proxying 1.2). Larger ones cannot be manifests.
constexpr std::uint64_t kLargestManifest = 4'393'216;
constexpr std::size_t kPeekSize = 16 * 1024;

// What was already read of a body, then the rest of it.
class PrefixedBody final : public http::BodySource {
public:
    PrefixedBody(base::Bytes prefix, http::BodySource& rest) : prefix_(std::move(prefix)), rest_(rest) {}

    http::Async<std::size_t> read(std::span<std::uint8_t> into) override {
        if (position_ == prefix_.size()) co_return co_await rest_.read(into);
        const auto count = std::min(into.size(), prefix_.size() - position_);
        std::memcpy(into.data(), prefix_.data() + position_, count);
        position_ += count;
        co_return count;
    }
    [[nodiscard]] std::optional<std::uint64_t> length() const override { return rest_.length(); }

private:
    base::Bytes prefix_;
    std::size_t position_ = 0;
    http::BodySource& rest_;
};

// Reads into `content` until it holds `wanted` bytes; true when the body ended first.
http::Async<bool> read_up_to(http::BodySource& body, std::size_t wanted, base::Bytes& content) {
    while (content.size() < wanted) {
        const auto used = content.size();
        content.resize(std::min(wanted, used + kPeekSize));
        const auto count = co_await body.read(std::span(content).subspan(used));
        content.resize(used + count.value_or(0));
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return true;
    }
    co_return false;
}

// Blank bytes may stand before the brace; a body of blanks only has to be read on.
bool may_begin_object(base::BytesView start) {
    const auto text = base::as_text(start);
    const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    return first == std::string_view::npos || text[first] == '{';
}

// Reads as much of the body as it takes to know whether it is a manifest; what was read stays in `content`.
http::Async<bool> is_manifest(http::BodySource& body, base::Bytes& content) {
    CO_TRY(bool ended, co_await read_up_to(body, kPeekSize, content));
    if (!may_begin_object(content)) co_return false;
    if (!ended) {
        CO_TRY(ended, co_await read_up_to(body, kLargestManifest + 1, content));
    }
    co_return ended && content.size() <= kLargestManifest && reads_as_manifest(content);
}

bool too_large_for_manifest(const http::ResponseHead& answer) {
    if (answer.status == 206) {
        const auto range = answer.headers.get("content-range");
        const auto total = range ? total_size(*range) : std::nullopt;
        return total && *total > kLargestManifest;
    }
    const auto length = declared_length(answer.headers);
    return length && *length > kLargestManifest;
}

bool is_encoded(const http::ResponseHead& answer) {
    const auto encoding = answer.headers.get("content-encoding");
    return encoding && !encoding->empty() && !http::names_equal(*encoding, "identity");
}

class BlobPull {
public:
    BlobPull(RoutedRequest& routed, const registry::BlobRoute& route) : routed_(routed), route_(route) {}

    http::Async<void> run() {
        auto headers = range_headers(routed_.request.head().headers);
        auto answer = co_await fetch(routed_.request.head().method, std::move(headers));
        if (!answer) co_return co_await routed_.request.fail_upstream(answer.error(), ApiCode::blob_unknown);
        const auto status = answer->head().status;
        if (status != 200 && status != 206) co_return co_await refuse_status(*answer);
        if (is_encoded(answer->head())) co_return co_await refuse_encoded();
        if (too_large_for_manifest(answer->head())) co_return co_await relay(*answer, answer->body());
        if (routed_.request.is_head()) co_return co_await answer_head(*answer);
        if (status == 206) co_return co_await serve_whole();
        co_return co_await serve_checked(*answer);
    }

private:
    http::Async<http::ClientResponse> fetch(std::string method, http::Headers headers) {
        // No deadline: a blob may take hours. Silence ends it, by the idle time-outs of both connections.
        co_return co_await routed_.upstream.blob_stream(std::move(method), routed_.destination.repository, route_.digest,
                                                        std::move(headers), base::Deadline::never());
    }

    http::Async<void> refuse_status(http::ClientResponse& answer) {
        if (answer.head().status != 416) co_return co_await routed_.request.pass_refusal(answer, ApiCode::blob_unknown);
        http::ResponseHead unsatisfiable;
        unsatisfiable.status = 416;
        unsatisfiable.headers = blob_headers(answer.head().headers);
        co_return co_await routed_.request.respond(std::move(unsatisfiable), base::BytesView());
    }

    http::Async<void> relay(http::ClientResponse& answer, http::BodySource& body) {
        http::ResponseHead head;
        head.status = answer.head().status;
        head.headers = blob_headers(answer.head().headers);
        if (routed_.request.is_head()) {
            co_return co_await routed_.request.respond_head(std::move(head), declared_length(answer.head().headers));
        }
        co_return co_await routed_.request.respond_stream(std::move(head), body);
    }

    http::Async<void> serve_checked(http::ClientResponse& answer) {
        base::Bytes start;
        const auto manifest = co_await is_manifest(answer.body(), start);
        if (!manifest) co_return co_await routed_.request.fail_upstream(manifest.error(), ApiCode::blob_unknown);
        if (*manifest) co_return co_await refuse_manifest();
        PrefixedBody body(std::move(start), answer.body());
        co_return co_await relay(answer, body);
    }

    // A range of a small blob could hide that it is a manifest. The whole in place of a range is always a legal answer (RFC 9110
    // section 14.2).
    http::Async<void> serve_whole() {
        http::Headers none;
        auto whole = co_await fetch("GET", std::move(none));
        if (!whole) co_return co_await routed_.request.fail_upstream(whole.error(), ApiCode::blob_unknown);
        if (whole->head().status != 200) co_return co_await refuse_status(*whole);
        if (is_encoded(whole->head())) co_return co_await refuse_encoded();
        co_return co_await serve_checked(*whole);
    }

    // containerd asks HEAD for a blob after a refused manifest, and a 200 is enough for it to run what it already holds
    // (oci-proxying 2.6, 4.6). So a small blob is looked into even for HEAD.
    http::Async<void> answer_head(http::ClientResponse& answer) {
        http::Headers none;
        auto whole = co_await fetch("GET", std::move(none));
        if (!whole) co_return co_await routed_.request.fail_upstream(whole.error(), ApiCode::blob_unknown);
        if (whole->head().status != 200) co_return co_await refuse_status(*whole);
        if (is_encoded(whole->head())) co_return co_await refuse_encoded();
        base::Bytes start;
        const auto manifest = co_await is_manifest(whole->body(), start);
        if (!manifest) co_return co_await routed_.request.fail_upstream(manifest.error(), ApiCode::blob_unknown);
        if (*manifest) co_return co_await refuse_manifest();
        co_return co_await relay(answer, answer.body());
    }

    // Only identity was asked for. A content coding would hide a manifest from us that the client's HTTP library unpacks (2.16).
    http::Async<void> refuse_encoded() {
        ApiError refused(ApiCode::denied, "the upstream registry encoded the blob although identity was asked for");
        co_return co_await routed_.request.fail(std::move(refused));
    }

    http::Async<void> refuse_manifest() {
        const auto text = "countersign: " + routed_.destination.canonical + "@" + route_.digest.short_form() +
                          " is a manifest and cannot be fetched as a blob";
        routed_.request.shared.log.warn(text);
        ApiError denied(ApiCode::denied, text);
        co_return co_await routed_.request.fail(std::move(denied), text);
    }

    RoutedRequest& routed_;
    const registry::BlobRoute& route_;
};

}  // namespace

std::optional<std::uint64_t> total_size(std::string_view content_range) {
    const auto slash = content_range.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const auto text = content_range.substr(slash + 1);
    std::uint64_t total = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), total);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return total;
}

http::Async<void> serve_blob(RoutedRequest& routed, const registry::BlobRoute& route) {
    BlobPull pull(routed, route);
    co_return co_await pull.run();
}

}  // namespace proxy
