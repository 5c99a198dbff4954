// A log that a test can read: a sink that writes to a file of its own.
#pragma once

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "proxy/log.h"
#include "test/unit/proxy/config_text.h"

namespace proxy {

class LogFile {
public:
    [[nodiscard]] std::shared_ptr<LineSink> sink() const { return LineSink::file(folder_.path() / "log").value(); }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> found;
        std::ifstream file(folder_.path() / "log");
        for (std::string line; std::getline(file, line);) found.push_back(line);
        return found;
    }

private:
    ConfigFolder folder_;
};

}  // namespace proxy
