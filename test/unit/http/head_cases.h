// Raw request heads and what must happen to them; read by the parser's test and, over a real socket, by the server's.
#pragma once

#include <string>
#include <vector>

struct HeadCase {
    std::string name;
    std::string raw;
};

[[nodiscard]] const std::vector<HeadCase>& refused_requests();
[[nodiscard]] const std::vector<HeadCase>& accepted_requests();
