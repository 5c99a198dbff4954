// Catch2 version 2 (Debian 12) or 3 (later), one include for both.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#define CATCH_CONFIG_FAST_COMPILE
#include <catch2/catch.hpp>
#endif
