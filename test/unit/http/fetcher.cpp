#include "test/unit/http/fetcher.h"

http::RequestHead request(std::string method, std::string target) {
    http::RequestHead head;
    head.method = std::move(method);
    head.target = std::move(target);
    return head;
}

http::Async<Fetched> Fetcher::fetch(http::RequestHead head, http::BodySource* body, base::Deadline deadline) {
    CO_TRY(auto answer, co_await client.send(std::move(head), body, deadline));
    Fetched fetched;
    fetched.status = answer.head().status;
    fetched.reason = answer.head().reason;
    fetched.headers = answer.head().headers;
    CO_TRY(const auto content, co_await http::read_all(answer.body(), 10'000'000));
    fetched.body = base::as_text(content);
    co_return fetched;
}
