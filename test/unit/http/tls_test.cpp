#include "http/tls.h"

#include "test/support/catch.h"
#include "test/unit/http/certificates.h"

namespace {

struct Files {
    TestFolder folder;
    TestCertificate authority = TestCertificate::authority("ca");
    http::ServerTlsFiles tls{folder.path() / "tls.crt", folder.path() / "tls.key"};
    Files() { renew(); }
    void renew() const { authority.issue("DNS:gate").write(folder.path() / "tls"); }
};

}  // namespace

TEST_CASE("a server's certificate is loaded with its key") {
    const Files files;
    const auto tls = http::ServerTls::create(files.tls);
    REQUIRE(tls.has_value());
    CHECK((*tls)->context() != nullptr);
    CHECK_FALSE((*tls)->changed());
}

TEST_CASE("unusable certificate files are refused, naming the file") {
    const Files files;
    const auto [name, broken] = GENERATE(table<std::string, std::string>({
        {"no certificate", "tls.crt"},
        {"no key", "tls.key"},
    }));
    CAPTURE(name);
    write_file(files.folder.path() / broken, "nothing\n");
    const auto tls = http::ServerTls::create(files.tls);
    REQUIRE_FALSE(tls.has_value());
    CHECK(tls.error().message().find(broken) != std::string::npos);
    std::filesystem::remove(files.folder.path() / broken);
    CHECK_FALSE(http::ServerTls::create(files.tls).has_value());
}

TEST_CASE("a key of another certificate is refused") {
    const Files files;
    files.authority.issue("DNS:other").write(files.folder.path() / "other");
    CHECK_FALSE(http::ServerTls::create({files.folder.path() / "tls.crt", files.folder.path() / "other.key"}).has_value());
}

TEST_CASE("changed files are seen, reloaded once, and a bad pair leaves the old one in use") {
    const Files files;
    const auto tls = http::ServerTls::create(files.tls).value();
    const auto first = tls->context();
    files.renew();
    CHECK(tls->changed());
    CHECK(tls->reload().has_value());
    CHECK_FALSE(tls->changed());
    const auto second = tls->context();
    CHECK(second != first);
    write_file(files.tls.certificate, "broken");
    CHECK(tls->changed());
    CHECK_FALSE(tls->reload().has_value());
    CHECK_FALSE(tls->changed());
    CHECK(tls->context() == second);
}

TEST_CASE("a client trusts the system or the certificates of one file, never an empty one") {
    const Files files;
    files.authority.write(files.folder.path() / "ca");
    CHECK(http::ClientTls::create(std::nullopt).has_value());
    CHECK(http::ClientTls::create(files.folder.path() / "ca.crt").has_value());
    CHECK_FALSE(http::ClientTls::create(files.folder.path() / "missing.pem").has_value());
    write_file(files.folder.path() / "empty.pem", "");
    CHECK_FALSE(http::ClientTls::create(files.folder.path() / "empty.pem").has_value());
}
