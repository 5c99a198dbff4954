// What a command prints, and a configuration for it to read.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

struct Printed {
    std::string output;
    std::string errors;
};
// Standard output and standard error of this process while `command` runs.
[[nodiscard]] Printed printed_by(const std::function<void()>& command);

// A folder with gate.toml, gone with this object.
class ConfigurationFile {
public:
    explicit ConfigurationFile(std::string_view text);
    ~ConfigurationFile();
    ConfigurationFile(const ConfigurationFile&) = delete;
    ConfigurationFile& operator=(const ConfigurationFile&) = delete;
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path path() const { return folder_ / "gate.toml"; }

private:
    std::filesystem::path folder_;
};

// One upstream, one grant, one policy; `more` stands behind it.
[[nodiscard]] std::string good_configuration(std::string_view more = {});
