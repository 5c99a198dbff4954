#include "test/support/source_dir.h"

namespace test {

std::string source_dir() { return COUNTERSIGN_SOURCE_DIR; }

}  // namespace test
