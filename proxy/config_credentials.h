// Service accounts of upstreams: from a docker configuration or a password file (design 6). Read once, with the
// configuration.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/config.h"

namespace proxy {

// The entry of "auths" for one of `hosts`: {"auth": base64("user:password")} or {"username", "password"}. docker.io
// also answers to its old names. Credential helpers and identity tokens are refused by name, since going on anonymously
// would hide the mistake.
[[nodiscard]] base::Result<ServiceAccount> read_docker_config(const std::filesystem::path& file, const std::vector<std::string>& hosts,
                                                              const ConfigFiles& files = files_of_disk());

// The password is the file's content without one line end.
[[nodiscard]] base::Result<ServiceAccount> read_password_file(const std::filesystem::path& file, std::string_view username,
                                                              const ConfigFiles& files = files_of_disk());

}  // namespace proxy
