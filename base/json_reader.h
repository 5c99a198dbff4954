// A cursor into a parsed document that knows its path, so that every error reads "verificationMaterial.tlogEntries[2].logIndex:
// expected …". The document must outlive the reader and what it returns.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/strict_json.h"

namespace base::json {

class Reader {
public:
    explicit Reader(const Value& value, std::string path = {}) : value_(&value), path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const Value& value() const { return *value_; }
    [[nodiscard]] bool is_object() const { return value_->as<Object>() != nullptr; }
    [[nodiscard]] bool is_string() const { return value_->as<std::string>() != nullptr; }

    // Members of an object. A name that folds to `name` without being equal to it is an error (see strict_json.h).
    // `find` treats null like absent, as proto3 JSON does; `at` fails on both.
    [[nodiscard]] Result<std::optional<Reader>> find(std::string_view name) const;
    [[nodiscard]] Result<Reader> at(std::string_view name) const;
    [[nodiscard]] Result<bool> has(std::string_view name) const;
    [[nodiscard]] Result<std::vector<std::pair<std::string_view, Reader>>> members(std::size_t limit) const;
    // Fails on the first member whose name is not in the list.
    [[nodiscard]] Result<void> only(std::initializer_list<std::string_view> names) const;

    [[nodiscard]] Result<std::vector<Reader>> items(std::size_t limit) const;  // of an array
    [[nodiscard]] Result<std::string_view> string() const;
    [[nodiscard]] Result<bool> boolean() const;
    [[nodiscard]] Result<std::int64_t> integer() const;        // a JSON integer in the range of int64
    [[nodiscard]] Result<std::int64_t> unsigned_integer() const;  // the same, not negative
    // proto3 JSON int64: a decimal string or a JSON integer; not negative, no sign, no leading zero.
    [[nodiscard]] Result<std::int64_t> proto_int64() const;
    [[nodiscard]] Result<Bytes> base64() const;                // standard alphabet, padded

    // "path: message", for rules that the caller checks itself.
    [[nodiscard]] std::unexpected<Error> error(std::string_view message) const;

private:
    [[nodiscard]] std::string child_path(std::string_view name) const;
    const Value* value_;
    std::string path_;
};

}  // namespace base::json
