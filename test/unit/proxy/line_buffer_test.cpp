#include "proxy/line_buffer.h"

#include "test/support/catch.h"
#include "test/unit/proxy/log_file.h"

namespace proxy {

using namespace std::chrono_literals;

TEST_CASE("lines wait a moment, and then come whole and in order") {
    const LogFile file;
    http::asio::io_context io{1};
    LineBuffer lines(io, file.sink());
    for (const auto* line : {"a", "b", "c"}) {
        lines.text() += line;
        lines.end_line();
    }
    CHECK(file.lines().empty());
    io.run_for(2s);
    CHECK(file.lines() == std::vector<std::string>{"a", "b", "c"});
    lines.text() += "d";
    lines.end_line();
    io.restart();
    io.run_for(2s);
    CHECK(file.lines().size() == 4);
}

TEST_CASE("many lines are not held back, and none is lost at the end") {
    const LogFile file;
    http::asio::io_context io{1};
    const std::string line(1000, 'x');
    {
        LineBuffer lines(io, file.sink());
        for (int i = 0; i < 100; ++i) {
            lines.text() += line;
            lines.end_line();
        }
        CHECK(file.lines().size() >= 90);
        lines.flush();
        CHECK(file.lines().size() == 100);
        lines.text() += line;
        lines.end_line();
    }
    CHECK(file.lines() == std::vector<std::string>(101, line));
    io.run_for(1s);  // the timer outlives the buffer
}

}  // namespace proxy
