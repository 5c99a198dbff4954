#include "base/time.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace base {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// Nanoseconds in 64 bits reach from 1677 to 2262. Between these two, a fraction or an offset can be added and a day begun without
// leaving that range.
constexpr days kEarliest = std::chrono::sys_days(std::chrono::year(1700) / 1 / 1).time_since_epoch();
constexpr days kLatest = std::chrono::sys_days(std::chrono::year(2261) / 1 / 1).time_since_epoch();

// Reads fixed-width decimal fields from the front of a string.
class FieldReader {
public:
    explicit FieldReader(std::string_view text) : rest_(text) {}

    std::optional<int> digits(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        return value;
    }
    bool literal(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

std::optional<days> read_date(FieldReader& in) {
    const auto year = in.digits(4);
    if (!year || !in.literal('-')) return std::nullopt;
    const auto month = in.digits(2);
    if (!month || !in.literal('-')) return std::nullopt;
    const auto day = in.digits(2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    const auto since_epoch = std::chrono::sys_days(date).time_since_epoch();
    if (since_epoch < kEarliest || since_epoch >= kLatest) return std::nullopt;
    return since_epoch;
}

std::optional<nanoseconds> read_fraction(FieldReader& in) {
    if (!in.literal('.')) return nanoseconds(0);
    std::int64_t value = 0;
    std::int64_t unit = 1'000'000'000;
    if (!in.at_digit()) return std::nullopt;
    while (in.at_digit()) {
        if (unit == 1) return std::nullopt;
        unit /= 10;
        value += *in.digits(1) * unit;
    }
    return nanoseconds(value);
}

std::optional<seconds> read_time_of_day(FieldReader& in) {
    const auto hour = in.digits(2);
    if (!hour || *hour > 23 || !in.literal(':')) return std::nullopt;
    const auto minute = in.digits(2);
    if (!minute || *minute > 59 || !in.literal(':')) return std::nullopt;
    const auto second = in.digits(2);
    if (!second || *second > 59) return std::nullopt;
    return hours(*hour) + minutes(*minute) + seconds(*second);
}

std::optional<seconds> read_offset(FieldReader& in) {
    if (in.literal('Z')) return seconds(0);
    const int sign = in.literal('+') ? 1 : in.literal('-') ? -1 : 0;
    if (sign == 0) return std::nullopt;
    const auto hour = in.digits(2);
    if (!hour || *hour > 23 || !in.literal(':')) return std::nullopt;
    const auto minute = in.digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    return sign * (hours(*hour) + minutes(*minute));
}

}  // namespace

Time system_now() { return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now()); }

Result<Time> parse_rfc3339(std::string_view text) {
    const auto bad = [&] { return fail(ErrorCode::invalid_input, "time: expected RFC 3339, for example 2026-01-31T12:00:00Z"); };
    FieldReader in(text);
    const auto date = read_date(in);
    if (!date || !in.literal('T')) return bad();
    const auto of_day = read_time_of_day(in);
    if (!of_day) return bad();
    const auto fraction = read_fraction(in);
    if (!fraction) return bad();
    const auto offset = read_offset(in);
    if (!offset || !in.at_end()) return bad();
    return Time(nanoseconds(*date) + nanoseconds(*of_day) + *fraction - nanoseconds(*offset));
}

std::string format_rfc3339(Time time) {
    const auto whole_days = std::chrono::floor<days>(time);
    const std::chrono::year_month_day date(whole_days);
    const std::chrono::hh_mm_ss of_day(std::chrono::floor<std::chrono::milliseconds>(time - whole_days));
    std::array<char, 48> text{};
    const auto year = static_cast<int>(date.year());
    const auto month = static_cast<unsigned>(date.month());
    const auto day = static_cast<unsigned>(date.day());
    const auto hour = static_cast<int>(of_day.hours().count());
    const auto minute = static_cast<int>(of_day.minutes().count());
    const auto second = static_cast<int>(of_day.seconds().count());
    const auto millis = static_cast<int>(of_day.subseconds().count());
    if (millis == 0) {
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", year, month, day, hour, minute, second);
    } else {
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", year, month, day, hour, minute, second, millis);
    }
    return text.data();
}

Time from_unix_seconds(std::int64_t value) {
    const auto clamped = std::clamp(value, seconds(kEarliest).count(), seconds(kLatest).count());
    return Time(nanoseconds(seconds(clamped)));
}
std::int64_t unix_seconds(Time time) { return std::chrono::floor<seconds>(time).time_since_epoch().count(); }

bool TimeRange::contains(Time time) const { return (!start || *start <= time) && (!end || time <= *end); }

Deadline Deadline::after(std::chrono::nanoseconds duration) { return Deadline(std::chrono::steady_clock::now() + duration); }
bool Deadline::passed() const { return std::chrono::steady_clock::now() >= at_; }
std::chrono::nanoseconds Deadline::left() const {
    const auto now = std::chrono::steady_clock::now();
    return now >= at_ ? nanoseconds(0) : std::chrono::duration_cast<nanoseconds>(at_ - now);
}

}  // namespace base
