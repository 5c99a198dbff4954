#include "proxy/config_problem.h"

#include <algorithm>

namespace proxy {

std::string Problem::text() const {
    std::string line = file;
    if (where.line != 0) line += ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
    line += ": " + what;
    // Names and paths come from the file; one problem stays one line, and nothing in it steers a terminal.
    std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return line;
}

}  // namespace proxy
