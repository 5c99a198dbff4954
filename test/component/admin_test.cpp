#include "test/component/gate_fixture.h"
#include "test/support/catch.h"

using namespace test;

TEST_CASE("health and readiness are on the admin listener only") {
    VectorRegistry registry(false);
    const Gate gate(registry, kEmailPolicy);
    CHECK(ask(gate.admin_port(), "GET", "/healthz").status == 200);
    CHECK(ask(gate.admin_port(), "GET", "/readyz").body == "ready\n");
    CHECK(ask(gate.admin_port(), "GET", "/v2/").status == 404);
    CHECK(ask(gate.admin_port(), "DELETE", "/healthz").status == 405);
    CHECK(gate.get("/healthz").status == 404);
    CHECK(gate.get("/v2/").status == 200);
}
