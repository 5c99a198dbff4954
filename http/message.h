// Heads of requests and answers as plain data; no Beast. Names are compared without case, values are field values as received,
// without surrounding white space. What stands here has passed http/head: no control characters, no folded lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

[[nodiscard]] bool names_equal(std::string_view a, std::string_view b);  // ASCII, without case

class Headers {
public:
    using Field = std::pair<std::string, std::string>;

    void add(std::string_view name, std::string_view value);  // keeps what is there
    void set(std::string_view name, std::string_view value);  // replaces all of that name
    void remove(std::string_view name);
    // The first value; nullopt if absent. A view into this object.
    [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
    [[nodiscard]] std::string joined(std::string_view name) const;  // all values, ", " between (RFC 9110 section 5.3)
    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

private:
    std::vector<Field> fields_;
};

struct RequestHead {
    std::string method;
    std::string target;  // origin-form: "/v2/…?query"
    Headers headers;
    bool http_1_0 = false;
};

struct ResponseHead {
    unsigned status = 200;
    std::string reason;  // empty: the standard phrase for the status
    Headers headers;     // framing (Content-Length, Transfer-Encoding, Connection) is the writer's, never set here
};

[[nodiscard]] std::string_view standard_reason(unsigned status);

}  // namespace http
