// Certificates made on the spot, and a folder for them that goes with the test.
#pragma once

#include <filesystem>
#include <string>

#include "base/openssl.h"

class TestFolder {
public:
    TestFolder();
    ~TestFolder();
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

class TestCertificate {
public:
    [[nodiscard]] static TestCertificate authority(const std::string& name);
    [[nodiscard]] TestCertificate issue(const std::string& alternative_names) const;  // "DNS:gate,IP:127.0.0.1"
    void write(const std::filesystem::path& stem) const;                             // stem.crt, stem.key

private:
    TestCertificate(base::KeyHandle key, base::X509Handle certificate) : key_(std::move(key)), certificate_(std::move(certificate)) {}
    base::KeyHandle key_;
    base::X509Handle certificate_;
};

void write_file(const std::filesystem::path& path, const std::string& content);
