// One line per decision about a manifest (design 10): what was asked, what was decided, why, and on whose signatures.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "proxy/decision.h"
#include "proxy/log.h"
#include "proxy/policy.h"

namespace proxy {

struct StageTime {
    std::string stage;  // "manifest", "evidence", "verify", "policy"
    std::chrono::nanoseconds duration;
};

struct DecisionRecord {
    base::Time time;
    std::string id;  // stands in the refusal as well, so that a person can find this line
    std::string op;  // "GET", "HEAD", "PUT"
    PolicyMode mode = PolicyMode::enforce;
    std::string name;    // canonical
    std::string tag;     // empty for a request by digest
    std::string digest;  // empty if the manifest could not be fetched
    std::string who = "anonymous";
    Decision decision;
    std::vector<StageTime> stages;
};

class DecisionLog {
public:
    DecisionLog(LogFormat format, std::shared_ptr<LineSink> sink) : format_(format), sink_(std::move(sink)) {}
    void write(const DecisionRecord& record) const;
    // The same decision made again from memory: what does not change of its lines, and one line of it, without its end.
    [[nodiscard]] std::string prepare(const DecisionRecord& record) const;
    void append(std::string& into, base::Time time, std::string_view id, std::string_view op, std::string_view prepared) const;
    [[nodiscard]] const std::shared_ptr<LineSink>& sink() const { return sink_; }

private:
    LogFormat format_;
    std::shared_ptr<LineSink> sink_;
};

}  // namespace proxy
