#include "cli/configuration.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "test/support/catch.h"
#include "test/unit/cli/printed.h"

namespace {

// A variable of the environment, as it was before when this goes.
class Variable {
public:
    Variable(const char* name, const char* value) : name_(name) {
        if (const char* before = std::getenv(name); before != nullptr) before_ = before;
        ::setenv(name, value, 1);
    }
    ~Variable() {
        if (before_) {
            ::setenv(name_, before_->c_str(), 1);
        } else {
            ::unsetenv(name_);
        }
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
    std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("the proxies of the environment belong to the configuration") {
    const Variable proxy("HTTPS_PROXY", "http://proxy.example:3128");
    const Variable small("https_proxy", "");
    const Variable direct("NO_PROXY", "direct.example");
    const ConfigurationFile file(good_configuration());
    const auto config = cli::read_configuration(file.path());
    REQUIRE(config);
    const auto route = config->proxies.find(config->upstreams.front().url);
    REQUIRE(route);
    CHECK(route->url() == "http://proxy.example:3128");
    CHECK_FALSE(config->proxies.find(http::Origin::parse("https://direct.example").value()));
}

TEST_CASE("every problem is a line on standard error, that of the environment among them") {
    const Variable proxy("HTTPS_PROXY", "ftp://proxy.example");
    const Variable small("https_proxy", "");
    const ConfigurationFile file(good_configuration("[log]\nlevel = 3\n"));
    bool read = true;
    const auto printed = printed_by([&] { read = cli::read_configuration(file.path()).has_value(); });
    CAPTURE(printed.errors);
    CHECK_FALSE(read);
    CHECK(printed.output.empty());
    CHECK(printed.errors.starts_with(file.path().string() + ":"));
    CHECK(printed.errors.find("\nenvironment: ") != std::string::npos);
    CHECK(printed.errors.ends_with("countersign: the configuration does not load: 2 problems\n"));
}

TEST_CASE("a file that is not there is a problem, not a crash") {
    bool read = true;
    const auto printed = printed_by([&] { read = cli::read_configuration("/no/such/gate.toml").has_value(); });
    CHECK_FALSE(read);
    CHECK(printed.errors.find("/no/such/gate.toml") != std::string::npos);
}

TEST_CASE("an exception that has expired is warned of, one that lasts is not") {
    const auto [expires, lines] = GENERATE(table<std::string, std::size_t>({{"2020-01-31", 1}, {"2999-12-31", 0}}));
    const ConfigurationFile file(
        good_configuration("[[policy]]\nname = \"old\"\nrepositories = [\"r.example/old\"]\naction = \"allow\"\nreason = \"r\"\n"
                           "expires = " +
                           expires + "\n"));
    const auto config = cli::read_configuration(file.path());
    REQUIRE(config);
    const auto printed = printed_by([&] { cli::print_warnings(*config); });
    CAPTURE(printed.errors);
    CHECK(static_cast<std::size_t>(std::ranges::count(printed.errors, '\n')) == lines);
    CHECK(printed.errors.starts_with("countersign: warning: ") == (lines == 1));
}
