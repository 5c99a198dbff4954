#include "test/unit/http/head_cases.h"

namespace {

using namespace std::string_literals;

constexpr auto kHost = "Host: gate.example\r\n";

std::string get(const std::string& target, const std::string& fields = "") {
    return "GET " + target + " HTTP/1.1\r\n" + kHost + fields + "\r\n";
}
std::string with(const std::string& fields) { return "POST /v2/ HTTP/1.1\r\n"s + kHost + fields + "\r\n"; }
std::string host(const std::string& value) { return "GET /v2/ HTTP/1.1\r\nHost: " + value + "\r\n\r\n"; }

// What a smuggled request would look like behind the first one; it must never be served.
constexpr auto kSmuggled = "GET /v2/private/manifests/x HTTP/1.1\r\nHost: gate.example\r\n\r\n";

void add_transfer_codings(std::vector<HeadCase>& cases) {
    for (const std::string value : {"gzip",
                                    "identity",
                                    "xchunked",
                                    "chunkedx",
                                    "chunked, identity",
                                    "identity, chunked",
                                    "chunked, chunked",
                                    "gzip, chunked",
                                    "chunked,",
                                    ",chunked",
                                    "chunked;q=1",
                                    "\"chunked\"",
                                    "'chunked'",
                                    "Chunked",
                                    "CHUNKED",
                                    "chunked\t",
                                    "chunked ",
                                    "\tchunked",
                                    " chunked",
                                    "\x0b"
                                    "chunked",
                                    "chun ked",
                                    "",
                                    "x",
                                    "none",
                                    "deflate",
                                    "trailers",
                                    "chunked\x80"}) {
        cases.push_back({"transfer coding <" + value + ">", with("Transfer-Encoding: " + value + "\r\n") + kSmuggled});
    }
    cases.push_back({"two transfer codings, identity first", with("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n")});
    cases.push_back({"two transfer codings, chunked twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")});
    cases.push_back({"identity and a length", with("Transfer-Encoding: identity\r\nContent-Length: 5\r\n")});
    cases.push_back({"length, then chunked", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n" + kSmuggled});
    cases.push_back({"chunked, then length", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n" + kSmuggled});
    cases.push_back({"chunked in HTTP/1.0", "POST /v2/ HTTP/1.0\r\n"s + kHost + "Transfer-Encoding: chunked\r\n\r\n"});
    cases.push_back({"transfer coding hidden in a folded line", with("X: y\r\n Transfer-Encoding: chunked\r\n")});
    cases.push_back({"space before the colon of Transfer-Encoding", with("Transfer-Encoding : chunked\r\n")});
}

void add_lengths(std::vector<HeadCase>& cases) {
    for (const std::string value : {"5, 5", "5,6", "+5", "-5", "0x5", "5 5", "", "5;", "\"5\"", "5.0", "1e3", "18446744073709551621",
                                    "99999999999999999999", "00000000000000000005", "five", "5\x80", "\xd9\xa5"}) {
        cases.push_back({"length <" + value + ">", with("Content-Length: " + value + "\r\n")});
    }
    cases.push_back({"two equal lengths", with("Content-Length: 5\r\nContent-Length: 5\r\n")});
    cases.push_back({"two different lengths", with("Content-Length: 5\r\nContent-Length: 6\r\n")});
    cases.push_back({"two lengths in other case", with("Content-Length: 5\r\ncontent-length: 0\r\n")});
    cases.push_back({"space before the colon of Content-Length", with("Content-Length : 5\r\n")});
}

void add_targets(std::vector<HeadCase>& cases) {
    for (const std::string target : {"v2/", "*", "http://gate.example/v2/", "https://evil.example/v2/", "gate.example:443", "/v2/#x",
                                     "/v2/\\x", "/v2/\x80", "/v2/\xc0\xae", "/v2/\x7f", "", "?x", "//v2\\..\\x"}) {
        cases.push_back({"target <" + target + ">", get(target)});
    }
    cases.push_back({"target with a tab", get("/v2/\tx")});
    cases.push_back({"target with a NUL", get("/v2/\0x"s)});
    cases.push_back({"target with a space", get("/v2/ x")});
    cases.push_back({"CONNECT", "CONNECT gate.example:443 HTTP/1.1\r\n"s + kHost + "\r\n" + kSmuggled});
    cases.push_back({"CONNECT in origin form", "CONNECT /v2/ HTTP/1.1\r\n"s + kHost + "\r\n"});
    cases.push_back({"TRACE", "TRACE /v2/ HTTP/1.1\r\n"s + kHost + "\r\n"});
}

void add_request_lines(std::vector<HeadCase>& cases) {
    for (const std::string line : {"GET /v2/",
                                   "GET  /v2/ HTTP/1.1",
                                   "GET /v2/  HTTP/1.1",
                                   " GET /v2/ HTTP/1.1",
                                   "GET /v2/ HTTP/1.1 ",
                                   "GET /v2/ http/1.1",
                                   "GET /v2/ HTTP/1.2",
                                   "GET /v2/ HTTP/2.0",
                                   "GET /v2/ HTTP/0.9",
                                   "GET /v2/ HTTP/1.01",
                                   "GET /v2/ HTTP/1,1",
                                   "GET /v2/ HTTP/11",
                                   "GET /v2/ HTP/1.1",
                                   "GET /v2/ HTTP/1.1x",
                                   "G(T /v2/ HTTP/1.1",
                                   "G\xc3\x89T /v2/ HTTP/1.1",
                                   " /v2/ HTTP/1.1",
                                   "GET",
                                   "/v2/",
                                   "GET\t/v2/\tHTTP/1.1",
                                   "HTTP/1.1 200 OK"}) {
        cases.push_back({"request line <" + line + ">", line + "\r\n" + kHost + "\r\n"});
    }
    cases.push_back({"empty line first", "\r\n" + get("/v2/")});
    cases.push_back({"line feed first", "\n" + get("/v2/")});
    cases.push_back({"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"});
    cases.push_back({"TLS ClientHello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s});
    cases.push_back({"SSLv2 ClientHello", "\x80\x2e\x01\x03\x01\x00\x15"s});
}

void add_lines(std::vector<HeadCase>& cases) {
    cases.push_back({"bare line feeds", "GET /v2/ HTTP/1.1\nHost: gate.example\n\n"});
    cases.push_back({"one bare line feed", "GET /v2/ HTTP/1.1\r\nHost: gate.example\nX: y\r\n\r\n"});
    cases.push_back({"bare carriage return in a value", get("/v2/", "X: a\rb\r\n")});
    cases.push_back({"bare carriage return in a name", get("/v2/", "X\rY: a\r\n")});
    cases.push_back({"two carriage returns", get("/v2/", "X: a\r\r\n")});
    cases.push_back({"NUL in a value", get("/v2/", "X: a\0b\r\n"s)});
    cases.push_back({"NUL in a name", get("/v2/", "X\0: a\r\n"s)});
    cases.push_back({"escape in a value", get("/v2/", "X: \x1b[31m\r\n")});
    cases.push_back({"DEL in a value", get("/v2/", "X: \x7f\r\n")});
    cases.push_back({"folded line, space", get("/v2/", "X: a\r\n b\r\n")});
    cases.push_back({"folded line, tab", get("/v2/", "X: a\r\n\tb\r\n")});
    cases.push_back({"folded first header line", "GET /v2/ HTTP/1.1\r\n Host: gate.example\r\n\r\n"});
    cases.push_back({"empty name", get("/v2/", ": x\r\n")});
    cases.push_back({"space before the colon", get("/v2/", "X : y\r\n")});
    cases.push_back({"tab before the colon", get("/v2/", "X\t: y\r\n")});
    cases.push_back({"no colon", get("/v2/", "X\r\n")});
    cases.push_back({"name that is no token", get("/v2/", "X(y): z\r\n")});
    cases.push_back({"name beyond ASCII", get("/v2/", "X\xc3\xa9: z\r\n")});
    std::string many;
    for (int i = 0; i < 100; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
    cases.push_back({"101 fields", get("/v2/", many)});
    cases.push_back({"head of more than 16 KiB", get("/v2/", "X: " + std::string(17'000, 'a') + "\r\n")});
    cases.push_back({"endless request line", "GET /" + std::string(20'000, 'a')});
}

void add_hosts(std::vector<HeadCase>& cases) {
    cases.push_back({"no Host", "GET /v2/ HTTP/1.1\r\n\r\n"});
    cases.push_back({"no Host in HTTP/1.0", "GET /v2/ HTTP/1.0\r\n\r\n"});
    cases.push_back({"two Hosts", get("/v2/", "Host: gate.example\r\n")});
    cases.push_back({"two different Hosts", get("/v2/", "host: other.example\r\n")});
    for (const std::string value : {"",         "a@b",     "a@b/../x", "a/b",  "a b",        "a,b",    "a:b",        "a:",   "a:70000",
                                    "a:0",      "a:80:80", "[::1",     "::1",  "[::1%eth0]", "[gate]", "a..b",       ".a",   "a.",
                                    "http://a", "a?b",     "a#b",      "a\\b", "127.1",      "0x7f.1", "2130706433", "a\x80"}) {
        cases.push_back({"Host <" + value + ">", host(value)});
    }
}

void add_others(std::vector<HeadCase>& cases) {
    cases.push_back({"Connection names Host", get("/v2/", "Connection: host\r\n")});
    cases.push_back({"Connection names Authorization", get("/v2/", "Connection: close, AUTHORIZATION\r\n")});
    cases.push_back({"Connection names Content-Length", get("/v2/", "Connection: content-length\r\n")});
    cases.push_back({"two Authorizations", get("/v2/", "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n")});
    cases.push_back({"two Ranges", get("/v2/", "Range: bytes=0-1\r\nRange: bytes=2-3\r\n")});
    cases.push_back({"unknown expectation", with("Content-Length: 1\r\nExpect: 200-ok\r\n")});
}

}  // namespace

const std::vector<HeadCase>& refused_requests() {
    static const std::vector<HeadCase> cases = [] {
        std::vector<HeadCase> all;
        add_transfer_codings(all);
        add_lengths(all);
        add_targets(all);
        add_request_lines(all);
        add_lines(all);
        add_hosts(all);
        add_others(all);
        return all;
    }();
    return cases;
}

const std::vector<HeadCase>& accepted_requests() {
    static const std::vector<HeadCase> cases = [] {
        std::vector<HeadCase> all = {
            {"plain GET", get("/v2/")},
            {"query", get("/v2/a/tags/list?n=3&last=x%20y")},
            {"HTTP/1.0", "GET /v2/ HTTP/1.0\r\n"s + kHost + "\r\n"},
            {"unknown method", "BREW /v2/ HTTP/1.1\r\n"s + kHost + "\r\n"},
            {"empty value", get("/v2/", "X:\r\n")},
            {"white space around a value", get("/v2/", "X: \t a b \t\r\n")},
            {"obs-text in a value", get("/v2/", "X: \xc3\xa9\r\n")},
            {"six Accept lines", get("/v2/", "Accept: a\r\nAccept: b\r\nAccept: c\r\nAccept: d\r\nAccept: e\r\nAccept: f\r\n")},
            {"Connection names an unknown field", get("/v2/", "Connection: X-Real-Ip\r\nX-Real-Ip: 1\r\n")},
            {"Upgrade is not granted", get("/v2/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n")},
        };
        for (const std::string value : {"gate", "gate.example", "gate.example:5000", "127.0.0.1:5000", "[::1]:5000", "[2001:db8::1]",
                                        "my_service:1", "xn--bcher-kva.example", "GATE.example"}) {
            all.push_back({"Host <" + value + ">", host(value)});
        }
        std::string many;
        for (int i = 0; i < 99; ++i) many += "X-" + std::to_string(i) + ": y\r\n";
        all.push_back({"100 fields", get("/v2/", many)});
        all.push_back({"head of nearly 16 KiB", get("/v2/", "X: " + std::string(16'000, 'a') + "\r\n")});
        return all;
    }();
    return cases;
}
