// One line per request (design 10).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "proxy/log.h"

namespace proxy {

struct AccessRecord {  // views into what outlives the writing
    base::Time time;   // when the request's head was complete
    std::string_view id;    // of the request; the decision line of a pull carries the same
    std::string_view peer;  // address:port
    std::string_view method;
    std::string_view target;  // as received; the query is cut off, since upload states and tokens stand there
    unsigned status = 0;
    std::uint64_t bytes = 0;  // of the answer's body
    std::chrono::nanoseconds duration{0};
    std::string_view repository;  // canonical name; empty where the request has none
    std::string_view who = "anonymous";
    std::string_view upstream;  // registry of the upstream; empty where none was chosen
};

class AccessLog {
public:
    AccessLog(LogFormat format, std::shared_ptr<LineSink> sink) : format_(format), sink_(std::move(sink)) {}
    void append(std::string& into, const AccessRecord& record) const;  // the line without its end; allocates nothing where there is room
    [[nodiscard]] const std::shared_ptr<LineSink>& sink() const { return sink_; }

private:
    LogFormat format_;
    std::shared_ptr<LineSink> sink_;
};

}  // namespace proxy
