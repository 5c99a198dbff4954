// `countersign version`: this program, and the libraries that matter for security and for bug reports.
#pragma once

namespace cli {

[[nodiscard]] int print_version();

}  // namespace cli
