// What the sources that mutants.py wrote call: each place behaves as written, unless its number is the chosen one. The number comes
// from the environment variable COUNTERSIGN_MUTANT; 0 or none chooses nothing.
#pragma once

#include <array>
#include <utility>

namespace mutation {

inline constexpr int kMostMutants = 8192;
extern const int chosen;
extern std::array<bool, kMostMutants> reached;  // by number: the place was run since it was last cleared

constexpr bool is(int number) {
    if consteval {
        return false;
    } else {
        reached[static_cast<unsigned>(number)] = true;
        return number == chosen;
    }
}

// A comparison: inverted under `number`, with its boundary on the other side under the next one.
constexpr bool equal(int number, auto&& a, auto&& b) { return (a == b) != is(number); }
constexpr bool unequal(int number, auto&& a, auto&& b) { return (a != b) != is(number); }
constexpr bool less(int number, auto&& a, auto&& b) { return (is(number + 1) ? a <= b : a < b) != is(number); }
constexpr bool at_most(int number, auto&& a, auto&& b) { return (is(number + 1) ? a < b : a <= b) != is(number); }
constexpr bool more(int number, auto&& a, auto&& b) { return (is(number + 1) ? a >= b : a > b) != is(number); }
constexpr bool at_least(int number, auto&& a, auto&& b) { return (is(number + 1) ? a > b : a >= b) != is(number); }

// One side of && or ||: `neutral` leaves the decision to the other.
constexpr bool operand(int number, bool neutral, auto&& value) { return is(number) ? neutral : static_cast<bool>(value); }

// Of an `if`: never taken, or taken when it should not be; 0 where that is another mutant.
constexpr bool condition(int never, int inverted, auto&& value) {
    if (never != 0 && is(never)) return false;
    return static_cast<bool>(value) != (inverted != 0 && is(inverted));
}

constexpr bool negated(int number, bool negation) { return negation != is(number); }

}  // namespace mutation
