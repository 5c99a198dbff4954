#include "test/unit/cli/printed.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "test/support/source_dir.h"

namespace {

// One of the process's streams, led into a file as long as this lives.
class Captured {
public:
    Captured(int descriptor, std::FILE* stream)
        : descriptor_(descriptor), stream_(stream), file_(std::tmpfile()), kept_(::dup(descriptor)) {
        if (file_ == nullptr || kept_ < 0) throw std::runtime_error("no temporary file");
        std::fflush(stream_);
        ::dup2(::fileno(file_), descriptor_);
    }
    ~Captured() {
        restore();
        std::fclose(file_);
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;

    [[nodiscard]] std::string text() {
        restore();
        std::string all;
        std::rewind(file_);
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) all.push_back(static_cast<char>(c));
        return all;
    }

private:
    void restore() {
        if (kept_ < 0) return;
        std::fflush(stream_);
        ::dup2(kept_, descriptor_);
        ::close(kept_);
        kept_ = -1;
    }
    int descriptor_;
    std::FILE* stream_;
    std::FILE* file_;
    int kept_;
};

}  // namespace

Printed printed_by(const std::function<void()>& command) {
    Captured output(STDOUT_FILENO, stdout);
    Captured errors(STDERR_FILENO, stderr);
    command();
    return {output.text(), errors.text()};
}

ConfigurationFile::ConfigurationFile(std::string_view text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "countersign-cli-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    std::ofstream(path()) << text;
}

ConfigurationFile::~ConfigurationFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string good_configuration(std::string_view more) {
    return "[server]\nlisten = [\"127.0.0.1:0\"]\n[[upstream]]\nregistry = \"r.example\"\nurl = \"https://r.example\"\ndefault = true\n"
           "auth = \"anonymous\"\nblobs = \"open\"\n[clients]\nauth = [\"none\"]\n[[clients.grant]]\nwho = \"anonymous\"\nrepositories = "
           "[\"r.example/**\"]\n"
           "actions = [\"pull\"]\n[trust.t]\ntrusted_root = \"" +
           test::source_dir() +
           "/test/data/images/trusted_root.json\"\n[[policy]]\nname = \"p\"\nrepositories = [\"r.example/acme/*\"]\ntrust = [\"t\"]\n"
           "  [[policy.signer]]\n  name = \"s\"\n  issuer = \"https://i.example\"\n  subject = \"a@i.example\"\n" +
           std::string(more);
}
