// Every operation of every stream goes wrong once: the first, the second, … until a scenario ends before the fault
// comes. Whatever breaks, the client has a right and whole answer or knows that it has none; nothing hangs, nothing is
// left behind, and the next request is served as if nothing had happened.
#include "test/support/catch.h"
#include "test/unit/registry/faulty_world.h"

using namespace test;
using Fault = http::StreamFaults::Fault;

namespace {

struct Scenario {
    std::string name;
    std::vector<Ask> asks;
};

bool is_upload(const Ask& ask) { return ask.method == "POST" || ask.method == "PUT"; }

std::string right_body(const Ask& ask) {
    if (ask.method == "HEAD" || is_upload(ask)) return {};
    return ask.rest == "/large" || ask.rest == "/chunked" || ask.rest == "/elsewhere" ? FaultyWorld::large() : FaultyWorld::small();
}

unsigned right_status(const Ask& ask) { return is_upload(ask) ? 201 : 200; }

// A whole answer that is not an error has to be the right one. (Not CHECK for each: the passing ones are many.)
void check(const Ask& ask, const Told& told, const FaultyWorld& world, Fault fault) {
    const bool served = told.status != 0 && told.status < 400;
    if (served && (told.status != right_status(ask) || told.body != right_body(ask))) {
        CAPTURE(told.status, told.body.size());
        FAIL("a wrong answer was taken for a right one");
    }
    if (served && is_upload(ask) && (world.uploads().empty() || world.uploads().back() != ask.body)) {
        FAIL("an upload was confirmed that the registry does not have");
    }
    if (!served && (fault == Fault::none || fault == Fault::one_byte)) {
        CAPTURE(told.status, told.body);
        FAIL("nothing broke, and yet there is no answer");
    }
}

// False: the scenario has fewer operations.
bool breaks_at(std::size_t position, const Scenario& scenario, Wire wire, Place place, Fault fault) {
    const auto faults = std::make_shared<FaultAt>(position, fault);
    FaultyWorld world(wire, place, faults);
    for (const auto& ask : scenario.asks) check(ask, world.ask(ask), world, fault);
    const bool happened = faults->happened();
    faults->turn_off();
    const Ask again{.rest = "/large"};
    check(again, world.ask(again), world, Fault::none);
    if (!world.comes_to_rest()) FAIL("a connection is left behind");
    return happened;
}

void break_everywhere(const Scenario& scenario, Wire wire) {
    constexpr std::size_t kMostOperations = 1'000;
    for (const auto place : {Place::client, Place::gate, Place::upstream, Place::registry}) {
        for (const auto fault : {Fault::error, Fault::end, Fault::time_out, Fault::one_byte}) {
            std::size_t position = 0;
            INFO(scenario.name << ", place " << static_cast<int>(place) << ", fault " << static_cast<int>(fault));
            while (position < kMostOperations) {
                INFO("operation " << position);
                if (!breaks_at(position, scenario, wire, place, fault)) break;
                ++position;
            }
            CHECK(position > 2);
            CHECK(position < kMostOperations);
        }
    }
}

const std::string kUpload(100'000, 'u');

}  // namespace

TEST_CASE("without a fault every scenario's requests are answered rightly") {
    const auto wire = GENERATE(Wire::plain, Wire::tls);
    FaultyWorld world(wire, Place::client, nullptr);
    for (const auto* rest : {"/small", "/large", "/chunked", "/secret", "/elsewhere"}) {
        const Ask ask{.rest = rest};
        check(ask, world.ask(ask), world, Fault::none);
    }
    const Ask upload{.method = "POST", .rest = "/blobs/uploads/", .body = kUpload};
    check(upload, world.ask(upload), world, Fault::none);
    CHECK(world.comes_to_rest());
}

TEST_CASE("a broken stream under a relayed body") {
    const auto scenario = GENERATE(Scenario{"small", {{.rest = "/small"}}}, Scenario{"length", {{.rest = "/large"}}},
                                   Scenario{"chunked", {{.rest = "/chunked"}}}, Scenario{"HEAD", {{.method = "HEAD", .rest = "/large"}}});
    break_everywhere(scenario, Wire::plain);
}

TEST_CASE("a broken stream under an upload") {
    const auto scenario =
        GENERATE(Scenario{"length", {{.method = "POST", .rest = "/blobs/uploads/", .body = kUpload}}},
                 Scenario{"chunked", {{.method = "POST", .rest = "/blobs/uploads/", .body = kUpload, .chunked = true}}},
                 Scenario{"100-continue", {{.method = "POST", .rest = "/blobs/uploads/", .body = kUpload, .expect = true}}});
    break_everywhere(scenario, Wire::plain);
}

TEST_CASE("a broken stream under connections that are used again") {
    // What is sent on a connection that the peer closed meanwhile may be sent again only where nothing of it is gone.
    const Ask once{.method = "PUT", .rest = "/blobs/uploads/1", .body = kUpload, .chunked = true};
    const Ask post{.method = "POST", .rest = "/blobs/uploads/", .body = kUpload, .chunked = true};
    const auto scenario =
        GENERATE_COPY(Scenario{"two", {{.rest = "/small"}, {.rest = "/large"}}}, Scenario{"PUT second", {{.rest = "/small"}, once}},
                      Scenario{"POST second", {{.rest = "/small"}, post}});
    break_everywhere(scenario, Wire::plain);
}

TEST_CASE("a broken stream under a token challenge and under a redirect") {
    const auto scenario = GENERATE(Scenario{"token", {{.rest = "/secret"}}}, Scenario{"redirect", {{.rest = "/elsewhere"}}});
    break_everywhere(scenario, Wire::plain);
}

TEST_CASE("a broken stream under TLS on both sides") {
    const auto scenario = GENERATE(Scenario{"two", {{.rest = "/small"}, {.rest = "/large"}}},
                                   Scenario{"upload", {{.method = "POST", .rest = "/blobs/uploads/", .body = kUpload}}});
    break_everywhere(scenario, Wire::tls);
}
