#pragma once

#include <cstddef>

// RssAnon of this process, in bytes.
[[nodiscard]] std::size_t anonymous_memory();
