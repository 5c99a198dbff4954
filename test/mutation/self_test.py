#!/usr/bin/env python3
"""The mutant writer itself: what it finds in small sources, and that the sources it writes compile and behave."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutants import Finder  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
#include <cstdio>
#include <initializer_list>
#include <optional>
#define TRY_VOID(...) if (!(__VA_ARGS__)) return 100
std::optional<int> digit(char c) {
    if (c < '0' || c > '9') return std::nullopt;
    return c - '0';
}
template <typename T>
constexpr bool is_small(T x) { static_assert(sizeof(T) <= 8); return x < 3; }
int judge(int x) {
    TRY_VOID(x != 7);
    if (const auto value = digit(static_cast<char>(x + '0'))) return *value == 5 ? 50 : *value;
    return !is_small(x - 7) && x != 12 ? 1 : 2;
}
int main() {
    for (const int x : {0, 2, 3, 5, 7, 9, 10, 12, -1}) std::printf("%d ", judge(x));
}
"""
RUNTIME = """
#include <array>
#include <cstdlib>
#include "test/mutation/mutation.h"
const int mutation::chosen = std::atoi(std::getenv("COUNTERSIGN_MUTANT"));
std::array<bool, mutation::kMostMutants> mutation::reached{};
"""
UNCHANGED = "0 2 3 50 100 9 1 2 2 "


def keys(source):
    return [mutant.key.removeprefix("a.cpp: ") for mutant in Finder("a.cpp", source, 1).find().mutants]


class Finding(unittest.TestCase):
    def test_a_comparison_is_inverted_and_an_order_has_a_boundary(self):
        self.assertEqual(keys("bool f() { return a == b; }"), ["inverted: a == b"])
        self.assertEqual(keys("bool f() { return a < b; }"), ["inverted: a < b", "boundary: a < b"])

    def test_an_early_return_is_removed_and_its_condition_inverted_once(self):
        self.assertEqual(keys("void f() { if (a == b) return; }"), ["never: a == b", "inverted: a == b"])
        self.assertEqual(keys("void f() { if (!ok(x)) return; }"), ["never: !ok(x)", "inverted: !ok(x)"])
        self.assertEqual(keys("void f() { TRY_VOID(g(x)); }"), ["removed: TRY_VOID(g(x));"])

    def test_a_condition_after_a_declaration_and_one_that_is_a_declaration(self):
        self.assertEqual(keys("void f() { if (auto x = g(); x.ok()) return; }"), ["never: x.ok()", "inverted: x.ok()"])
        self.assertEqual(keys("void f() { if (auto x = g()) return; }"), ["never: auto x = g()", "inverted: auto x = g()"])

    def test_each_side_of_a_logical_operator_is_dropped_once(self):
        self.assertEqual(keys("bool f() { return a && b() && c[1]; }"), ["dropped: a", "dropped: b()", "dropped: c[1]"])

    def test_a_negation_that_is_not_the_whole_condition_is_inverted(self):
        self.assertEqual(keys("bool f() { return !a.b(c)->d; }"), ["inverted: !a.b(c)->d"])

    def test_equal_expressions_have_different_keys(self):
        self.assertEqual(keys("bool f() { return a == b; } bool g() { return a == b; }"), ["inverted: a == b", "inverted: a == b #2"])

    def test_brackets_of_templates_references_text_and_comments_are_no_comparisons(self):
        self.assertEqual(keys('auto f(T&& x, S&& y) && { return static_cast<int>(g<h>("a == b")); }  // a == b'), [])

    def test_what_is_decided_by_the_compiler_stays(self):
        self.assertEqual(keys("static_assert(a == b); constexpr bool c = a == b; template <int a, bool b = (a > 1)> int x;"), [])


class Running(unittest.TestCase):
    def test_every_mutant_compiles_and_nothing_else_changes(self):
        finder = Finder("a.cpp", PROGRAM, 1).find()
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.cpp").write_text(finder.text())
            Path(folder, "runtime.cpp").write_text(RUNTIME)
            subprocess.run(["clang++-19", "-std=c++23", "-w", "-I", ROOT, "a.cpp", "runtime.cpp", "-o", "a"], cwd=folder, check=True)
            output = {number: subprocess.run([Path(folder, "a")], env={"COUNTERSIGN_MUTANT": str(number)}, capture_output=True, text=True,
                                             check=True).stdout for number in range(finder.next)}
        self.assertEqual(output[0], UNCHANGED)
        same = [mutant.key for mutant in finder.mutants if output[mutant.number] == UNCHANGED]
        self.assertEqual(same, [])


if __name__ == "__main__":
    unittest.main()
