# Libraries from the distribution; Debian 12 package names in scripts/setup.sh. Each is used in the rooms named here only
# (test/lint/includes.py enforces it).
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)   # Asio: http, registry, proxy; Beast: http only
find_package(OpenSSL 3.0 REQUIRED)                 # base, http, sigstore
find_package(nlohmann_json 3.11 REQUIRED)          # base/strict_json.cpp only
find_package(tomlplusplus 3.3 REQUIRED)            # proxy/toml_reader.cpp only
find_package(spdlog REQUIRED)                      # proxy, cli
find_package(CLI11 REQUIRED)                       # cli
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2) # sigstore/string_matcher.cpp
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium) # sigstore/public_key.cpp
find_package(Catch2 REQUIRED)                      # test
