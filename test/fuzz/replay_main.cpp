// Runs a fuzz target over its corpus and over mutations of it, without a fuzzer: a test in every build.
//
//   replay_TARGET FOLDER|FILE...
//
// The mutations of a file depend on nothing but its bytes, so a file whose mutation ended the program does so again
// when it is the only argument; its name is the last line of the output.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "test/fuzz/property.h"

namespace {

constexpr std::size_t kMutations = 48;  // of each file

using Random = std::minstd_rand;  // the same numbers with every standard library

std::size_t below(Random& random, std::size_t limit) { return limit == 0 ? 0 : static_cast<std::size_t>(random()) % limit; }

void mutate(std::string& bytes, Random& random) {
    constexpr std::string_view kTelling = {"\0\t\n\r \"%,./0:;<=>?[\\]{}\x7f\x80\xff", 25};
    const auto at = below(random, bytes.size() + 1);
    const char telling = kTelling[below(random, kTelling.size())];
    switch (below(random, 7)) {
        case 0: bytes.resize(at); return;
        case 1: bytes.insert(at, 1, telling); return;
        case 2: bytes.insert(at, bytes.substr(below(random, bytes.size() + 1), 1 + below(random, 32))); return;
        case 3: bytes.erase(at, 1 + below(random, 8)); return;
        case 4: bytes += bytes; return;
        case 5:
            if (at < bytes.size()) bytes[at] = telling;
            return;
        default:
            if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(random, 8)));
    }
}

void run(const std::string& bytes) {
    // A copy of exactly its size: reading past its end is seen by the address sanitizer.
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

void replay(const std::filesystem::path& file) {
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);
    std::ifstream stream(file, std::ios::binary);
    fuzz::require(stream.good(), "a file of the corpus can be read");
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    run(bytes);
    Random random(static_cast<Random::result_type>(fuzz::number_of(bytes)));
    for (std::size_t i = 0; i < kMutations; ++i) {
        auto mutation = bytes;
        for (auto count = 1 + below(random, 4); count > 0; --count) mutate(mutation, random);
        run(mutation);
    }
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& path) {
    if (!std::filesystem::is_directory(path)) return {path};
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

}  // namespace

int main(int argc, char* argv[]) {
    std::size_t count = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& file : files_in(argv[i])) {
            replay(file);
            ++count;
        }
    }
    fuzz::require(count > 0, "there is a corpus");
    std::printf("%zu files, %zu mutations of each\n", count, kMutations);
    return 0;
}
