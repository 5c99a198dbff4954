#include "proxy/access_log.h"

namespace proxy {

void AccessLog::append(std::string& into, const AccessRecord& record) const {
    LogLine line(format_, into, record.time, "access");
    line.add("id", record.id)
        .add("peer", record.peer)
        .add("method", record.method)
        .add("target", record.target.substr(0, record.target.find('?')))
        .add("status", std::int64_t{record.status})
        .add("bytes", static_cast<std::int64_t>(record.bytes))
        .add_milliseconds("ms", record.duration)
        .add("repository", record.repository)
        .add("who", record.who)
        .add("upstream", record.upstream);
    line.close();
}

}  // namespace proxy
