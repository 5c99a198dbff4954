#include "proxy/grants.h"

#include "test/support/catch.h"

namespace proxy {
namespace {

Grant grant(std::string_view pattern, std::vector<ClientAction> actions) {
    return Grant{{RepositoryPattern::parse(pattern).value()}, std::move(actions)};
}

}  // namespace

TEST_CASE("Nothing is permitted without a grant") {
    const Grants grants({});
    CHECK_FALSE(grants.permits_anything());
    for (const auto action : {ClientAction::pull, ClientAction::push, ClientAction::remove, ClientAction::read_unverified}) {
        CHECK_FALSE(grants.permits(action, "ghcr.io/acme/app"));
    }
}

TEST_CASE("A grant permits its actions on its repositories and nothing else") {
    const Grants grants(
        {grant("ghcr.io/acme/**", {ClientAction::pull, ClientAction::push}), grant("ghcr.io/tools/*", {ClientAction::pull})});
    CHECK(grants.permits_anything());
    CHECK(grants.permits(ClientAction::pull, "ghcr.io/acme/app"));
    CHECK(grants.permits(ClientAction::push, "ghcr.io/acme/app"));
    CHECK(grants.permits(ClientAction::pull, "ghcr.io/tools/lint"));
    CHECK_FALSE(grants.permits(ClientAction::push, "ghcr.io/tools/lint"));
    CHECK_FALSE(grants.permits(ClientAction::remove, "ghcr.io/acme/app"));
    CHECK_FALSE(grants.permits(ClientAction::read_unverified, "ghcr.io/acme/app"));
    CHECK_FALSE(grants.permits(ClientAction::pull, "quay.io/acme/app"));
    CHECK_FALSE(grants.permits(ClientAction::pull, ""));
}

TEST_CASE("Actions are spelled as in the configuration") {
    for (const auto action : {ClientAction::pull, ClientAction::push, ClientAction::remove, ClientAction::read_unverified}) {
        CHECK(parse_client_action(to_string(action)) == action);
    }
    CHECK(to_string(ClientAction::remove) == "delete");
    CHECK(to_string(ClientAction::read_unverified) == "read-unverified");
    CHECK_FALSE(parse_client_action("Pull"));
    CHECK_FALSE(parse_client_action(""));
}

}  // namespace proxy
