#include "proxy/config_problem.h"

namespace proxy {

std::string Problem::text() const {
    if (where.line == 0) return file + ": " + what;
    return file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column) + ": " + what;
}

}  // namespace proxy
