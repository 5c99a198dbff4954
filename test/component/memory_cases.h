// What the tests of the gate's memory share.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "test/component/gate_fixture.h"

namespace test {

using Texts = std::vector<std::string>;

inline std::string by_digest(const std::string& digest) { return "/v2/acme/app/manifests/" + digest; }

// A clock that stands at the present plus what a test adds.
class MovableClock {
public:
    void advance(std::chrono::seconds by) { *shift_ += by.count(); }
    [[nodiscard]] base::Clock clock() const {
        return [shift = shift_] { return base::system_now() + std::chrono::seconds(shift->load()); };
    }
    [[nodiscard]] Setup setup() const {
        Setup setup;
        setup.clock = clock();
        return setup;
    }

private:
    std::shared_ptr<std::atomic<std::int64_t>> shift_ = std::make_shared<std::atomic<std::int64_t>>(0);
};

// Everything is allowed: only the memory decides what is served.
inline const std::string kAllowPolicy = "[[policy]]\nname = \"all\"\nrepositories = [\"**\"]\naction = \"allow\"\nreason = \"test\"\n";

}  // namespace test
