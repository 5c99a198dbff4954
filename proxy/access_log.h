// One line per request (design 10).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/time.h"
#include "proxy/log.h"

namespace proxy {

struct AccessRecord {
    base::Time time;   // when the request's head was complete
    std::string id;    // of the request; the decision line of a pull carries the same
    std::string peer;  // address:port
    std::string method;
    std::string target;  // as received; the query is cut off, since upload states and tokens stand there
    unsigned status = 0;
    std::uint64_t bytes = 0;  // of the answer's body
    std::chrono::nanoseconds duration{0};
    std::string repository;  // canonical name; empty where the request has none
    std::string who = "anonymous";
    std::string upstream;  // registry of the upstream; empty where none was chosen
};

class AccessLog {
public:
    AccessLog(LogFormat format, std::shared_ptr<LineSink> sink) : format_(format), sink_(std::move(sink)) {}
    void write(const AccessRecord& record) const;

private:
    LogFormat format_;
    std::shared_ptr<LineSink> sink_;
};

}  // namespace proxy
