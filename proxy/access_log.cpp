#include "proxy/access_log.h"

namespace proxy {

void AccessLog::write(const AccessRecord& record) const {
    const std::string_view target = record.target;
    LogLine line(format_, record.time, "access");
    line.add("id", record.id)
        .add("peer", record.peer)
        .add("method", record.method)
        .add("target", target.substr(0, target.find('?')))
        .add("status", std::int64_t{record.status})
        .add("bytes", static_cast<std::int64_t>(record.bytes))
        .add_milliseconds("ms", record.duration)
        .add("repository", record.repository)
        .add("who", record.who)
        .add("upstream", record.upstream);
    sink_->write(line.text());
}

}  // namespace proxy
