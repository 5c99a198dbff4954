#include "proxy/decision_log.h"

namespace proxy {
namespace {

using base::json::ArrayWriter;
using base::json::ObjectWriter;

void add_text(ObjectWriter& object, std::string_view name, std::string_view text) {
    if (!text.empty()) object.add(name, text);
}

std::string sources_json(const std::vector<SourceReport>& sources) {
    ArrayWriter array;
    for (const auto& source : sources) {
        ObjectWriter object;
        object.add("name", source.name).add("state", to_string(source.state));
        add_text(object, "problem", source.problem);
        array.add_raw(object.text());
    }
    return array.text();
}

std::string candidates_json(const std::vector<CandidateReport>& candidates) {
    ArrayWriter array;
    for (const auto& candidate : candidates) {
        ObjectWriter object;
        object.add("source", candidate.source).add("artifact", candidate.artifact).add("verified", candidate.verified);
        add_text(object, "trust", candidate.trust);
        add_text(object, "issuer", candidate.issuer);
        add_text(object, "subject", candidate.subject);
        add_text(object, "reason", candidate.reason);
        array.add_raw(object.text());
    }
    return array.text();
}

std::string stages_json(const std::vector<StageTime>& stages) {
    ObjectWriter object;
    for (const auto& stage : stages) object.add_raw(stage.stage, format_milliseconds(stage.duration));
    return object.text();
}

}  // namespace

std::string DecisionLog::prepare(const DecisionRecord& record) const {
    std::string fields;
    LogFields(format_, fields)
        .add("verdict", to_string(record.decision.verdict))
        .add("policy", record.decision.policy)
        .add("mode", to_string(record.mode))
        .add("name", record.name)
        .add("tag", record.tag)
        .add("digest", record.digest)
        .add("who", record.who)
        .add("basis", to_string(record.decision.basis))
        .add("reason", record.decision.reason)
        .add("index", record.decision.parent)
        .add_raw("sources", sources_json(record.decision.sources))
        .add_raw("evidence", candidates_json(record.decision.candidates));
    return fields;
}

void DecisionLog::append(std::string& into, base::Time time, std::string_view id, std::string_view op, std::string_view prepared) const {
    LogLine line(format_, into, time, "decision");
    line.add("id", id).add("op", op).add_prepared(prepared).add("cache", "hit");
    line.close();
}

void DecisionLog::write(const DecisionRecord& record) const {
    std::string text;
    LogLine line(format_, text, record.time, "decision");
    line.add("id", record.id).add("op", record.op).add_prepared(prepare(record)).add_raw("ms", stages_json(record.stages));
    line.close();
    sink_->write(text);
}

}  // namespace proxy
