#include "test/mutation/mutation.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>

#define CATCH_CONFIG_EXTERNAL_INTERFACES  // listeners
#include "test/support/catch.h"

namespace mutation {

namespace {

int number_of(const char* text) { return text == nullptr ? 0 : std::atoi(text); }

#if __has_include(<catch2/catch_all.hpp>)
using Listener = Catch::EventListenerBase;
const std::string& name_of(const Catch::TestCaseStats& stats) { return stats.testInfo->name; }
#else
using Listener = Catch::TestEventListenerBase;
const std::string& name_of(const Catch::TestCaseStats& stats) { return stats.testInfo.name; }
#endif

// For each test case a line in the file that COUNTERSIGN_MUTANTS_REACHED names: milliseconds, name, numbers of the places it ran;
// separated by tabs. By these only the cases that can notice a mutant are run against it.
class Recorder : public Listener {
public:
    using Listener::Listener;

    void testCaseStarting(const Catch::TestCaseInfo& info) override {
        Listener::testCaseStarting(info);
        reached.fill(false);
        begin_ = std::chrono::steady_clock::now();
    }

    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        Listener::testCaseEnded(stats);
        const char* const path = std::getenv("COUNTERSIGN_MUTANTS_REACHED");
        if (path == nullptr) return;
        const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin_);
        std::ofstream file(path, std::ios::app);
        file << time.count() << '\t' << name_of(stats) << '\t';
        for (std::size_t number = 1; number < reached.size(); ++number) {
            if (reached[number]) file << number << ' ';
        }
        file << '\n';
    }

private:
    std::chrono::steady_clock::time_point begin_;
};

CATCH_REGISTER_LISTENER(Recorder)

}  // namespace

const int chosen = number_of(std::getenv("COUNTERSIGN_MUTANT"));
std::array<bool, kMostMutants> reached{};

}  // namespace mutation
