// For tests of the configuration: a folder with the files that a configuration names, and short ways to load text
// there.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config.h"

namespace proxy {

class ConfigFolder {
public:
    ConfigFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "countersign-config-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = pattern;
    }
    ~ConfigFolder() { std::filesystem::remove_all(path_); }
    ConfigFolder(const ConfigFolder&) = delete;
    ConfigFolder& operator=(const ConfigFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path file() const { return path_ / "config.toml"; }
    void write(const std::string& name, std::string_view content) const { std::ofstream(path_ / name, std::ios::binary) << content; }

    [[nodiscard]] std::expected<Config, Problems> load(std::string_view text) const { return parse_config(text, file()); }

    // "line:column: what" of each; empty if the text loads.
    [[nodiscard]] std::vector<std::string> problems(std::string_view text) const {
        std::vector<std::string> texts;
        const auto config = load(text);
        if (config) return texts;
        for (const auto& problem : config.error()) texts.push_back(problem.text().substr(file().string().size() + 1));
        return texts;
    }

private:
    std::filesystem::path path_;
};

inline const std::string kServer = "[server]\nlisten = [\"127.0.0.1:0\"]\n";
inline const std::string kUpstream = "[[upstream]]\nregistry = \"ghcr.io\"\nurl = \"https://ghcr.io\"\nblobs = \"open\"\ndefault = true\n";
inline const std::string kMinimal = kServer + kUpstream;  // 7 lines

}  // namespace proxy
