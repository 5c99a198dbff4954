// One request on its way through the gate: what was asked, which upstream it means, and the only ways to answer it, which remember the
// status for the access log.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/server.h"
#include "proxy/gatekeeper.h"
#include "proxy/ready_pulls.h"
#include "proxy/shared_state.h"
#include "proxy/upstream_table.h"
#include "registry/api_error.h"
#include "registry/location.h"
#include "registry/upstream.h"
#include "registry/url.h"

namespace proxy {

struct Request {
    http::Exchange& exchange;
    SharedState& shared;
    std::string id;         // of the request, and of the decision about it
    std::string authority;  // the Host field
    std::string canonical = {};  // name of the repository, once it is known
    unsigned status = 0;    // of the answer given; 0: none yet

    [[nodiscard]] const http::RequestHead& head() const { return exchange.head(); }
    [[nodiscard]] bool is_head() const { return head().method == "HEAD"; }

    http::Async<void> respond(http::ResponseHead answer, base::BytesView content);
    http::Async<void> respond_head(http::ResponseHead answer, std::optional<std::uint64_t> length);
    http::Async<void> respond_stream(http::ResponseHead answer, http::BodySource& body);
    // With `reason` not empty it becomes the reason phrase, cut to 120 characters: for HEAD that is all most clients show
    // (oci-proxying 1.6).
    http::Async<void> fail(registry::ApiError error, std::string_view reason = {});
    // Passes an upstream's own refusal on: its status, and its body where that is a small JSON document; else `missing` names what a
    // 404 is about.
    http::Async<void> pass_refusal(http::ClientResponse& answer, registry::ApiCode missing);
    // What a failed upstream request means for the client; `missing` is the code for "not found".
    http::Async<void> fail_upstream(const base::Error& error, registry::ApiCode missing);
};

// A request that found its upstream.
struct RoutedRequest {
    Request& request;
    Destination destination;
    registry::Upstream& upstream;
    Manifests& manifests;
    Gatekeeper& gatekeeper;
    ReadyPulls& ready;
    http::asio::thread_pool& workers;

    [[nodiscard]] bool permits(ClientAction action) const { return request.shared.grants.permits(action, destination.canonical); }
    // The names under which the client sees this repository. The Host field is believed only where the configuration lists it (as one of
    // `hosts`, or as the virtual host that chose the upstream); else Location and Link are relative, which every client resolves.
    [[nodiscard]] registry::PublicBase public_base() const;
    // The same URL with the ns parameter that chose this upstream, so that the client's next request finds it again.
    [[nodiscard]] std::string with_ns(std::string url) const;
    // The upstream URL of a target, against which its Location and Link are resolved.
    [[nodiscard]] registry::Url upstream_url(std::string target) const;
    // One request to the upstream, and its answer's head.
    http::Async<http::ClientResponse> exchange(http::RequestHead head, http::BodySource* body, base::Deadline deadline);
    // DELETE of an upstream target, to be answered as the upstream did.
    http::Async<http::ClientResponse> remove(std::string target);
    http::Async<void> answer_removed(base::Result<http::ClientResponse> answer, registry::ApiCode missing);
};

}  // namespace proxy
