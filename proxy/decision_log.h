// One line per decision about a manifest (design 10): what was asked, what was decided, why, and on whose signatures.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "proxy/log.h"

namespace proxy {

struct EvidenceRecord {
    std::string source;     // where the candidate was found: "referrers", "fallback-tag"
    std::string candidate;  // digest of its manifest
    std::string state;      // "verified", "invalid", "untried"
    std::string subject;    // of the certificate, if verified
    std::string issuer;
    std::string trust;      // name of [trust.*]
    std::string signer;     // the [[policy.signer]] it counts for; empty if for none
    std::string reason;     // why it is invalid
};

struct StageTime {
    std::string stage;  // "manifest", "evidence", "verify", "policy"
    std::chrono::nanoseconds duration;
};

struct DecisionRecord {
    base::Time time;
    std::string id;       // stands in the refusal as well, so that a person can find this line
    std::string verdict;  // "allowed", "denied", "undecided"
    std::string op;       // "pull", "head", "push"
    std::string policy;
    std::string mode;     // "enforce", "audit"
    std::string name;     // canonical
    std::string tag;      // empty for a request by digest
    std::string digest;   // empty if the manifest could not be fetched
    std::string who = "anonymous";
    std::vector<EvidenceRecord> evidence;
    std::string reason;
    std::vector<StageTime> stages;
};

class DecisionLog {
public:
    DecisionLog(LogFormat format, std::shared_ptr<LineSink> sink) : format_(format), sink_(std::move(sink)) {}
    void write(const DecisionRecord& record) const;

private:
    LogFormat format_;
    std::shared_ptr<LineSink> sink_;
};

}  // namespace proxy
