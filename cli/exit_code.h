// What the program's exit code means (design 11). Scripts branch on it.
#pragma once

namespace cli {

inline constexpr int kDone = 0;        // or verified
inline constexpr int kRefused = 1;     // or not verified
inline constexpr int kWrongUsage = 2;  // or configuration
inline constexpr int kUndecided = 3;   // what was asked about could not be looked at

}  // namespace cli
