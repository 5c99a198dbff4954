#include "base/json_reader.h"

#include <algorithm>
#include <charconv>

namespace base::json {

std::string Reader::child_path(std::string_view name) const { return path_.empty() ? std::string(name) : path_ + "." + std::string(name); }

std::unexpected<Error> Reader::error(std::string_view message) const {
    return fail(ErrorCode::invalid_input, (path_.empty() ? std::string("document") : path_) + ": " + std::string(message));
}

Result<std::optional<Reader>> Reader::find(std::string_view name) const {
    const auto* object = value_->as<Object>();
    if (object == nullptr) return error("expected an object");
    std::optional<Reader> found;
    for (const auto& [member, value] : *object) {
        if (member == name) {
            if (!value.is_null()) found.emplace(value, child_path(name));
        } else if (folds_equal(member, name)) {
            return error("member \"" + std::string(name) + "\" is spelled in another case");
        }
    }
    return found;
}

Result<Reader> Reader::at(std::string_view name) const {
    TRY(auto found, find(name));
    if (!found) return fail(ErrorCode::invalid_input, child_path(name) + ": is missing");
    return *std::move(found);
}

Result<bool> Reader::has(std::string_view name) const {
    TRY(const auto found, find(name));
    return found.has_value();
}

Result<std::vector<std::pair<std::string_view, Reader>>> Reader::members(std::size_t limit) const {
    const auto* object = value_->as<Object>();
    if (object == nullptr) return error("expected an object");
    if (object->size() > limit) return error("more than " + std::to_string(limit) + " members");
    std::vector<std::pair<std::string_view, Reader>> result;
    result.reserve(object->size());
    for (const auto& [name, value] : *object) result.emplace_back(name, Reader(value, child_path(name)));
    return result;
}

Result<void> Reader::only(std::initializer_list<std::string_view> names) const {
    const auto* object = value_->as<Object>();
    if (object == nullptr) return error("expected an object");
    for (const auto& [name, value] : *object) {
        if (std::ranges::find(names, name) == names.end()) {
            return fail(ErrorCode::invalid_input, child_path(name) + ": unknown member");
        }
    }
    return {};
}

Result<std::vector<Reader>> Reader::items(std::size_t limit) const {
    const auto* array = value_->as<Array>();
    if (array == nullptr) return error("expected an array");
    if (array->size() > limit) return error("more than " + std::to_string(limit) + " elements");
    std::vector<Reader> result;
    result.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
        result.emplace_back((*array)[i], path_ + "[" + std::to_string(i) + "]");
    }
    return result;
}

Result<std::string_view> Reader::string() const {
    const auto* text = value_->as<std::string>();
    if (text == nullptr) return error("expected a string");
    return std::string_view(*text);
}

Result<bool> Reader::boolean() const {
    const auto* flag = value_->as<bool>();
    if (flag == nullptr) return error("expected true or false");
    return *flag;
}

Result<std::int64_t> Reader::integer() const {
    const auto* number = value_->as<std::int64_t>();
    if (number == nullptr) return error("expected an integer");
    return *number;
}

Result<std::int64_t> Reader::unsigned_integer() const {
    TRY(const auto number, integer());
    if (number < 0) return error("expected a non-negative integer");
    return number;
}

Result<std::int64_t> Reader::proto_int64() const {
    const auto* text = value_->as<std::string>();
    if (text == nullptr) return unsigned_integer();
    std::int64_t number = 0;
    const auto* end = text->data() + text->size();
    const auto [stop, problem] = std::from_chars(text->data(), end, number);
    const bool canonical = text->size() == 1 || !text->starts_with('0');
    if (problem != std::errc() || stop != end || number < 0 || text->starts_with('-') || !canonical) {
        return error("expected a non-negative decimal integer");
    }
    return number;
}

Result<Bytes> Reader::base64() const {
    TRY(const auto text, string());
    auto bytes = base64_decode(text);
    if (!bytes) return error("expected base64 (" + bytes.error().message() + ")");
    return bytes;
}

}  // namespace base::json
