// A transparency log entry as a bundle carries it (protobuf-specs sigstore_rekor.proto), decoded but not believed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json_reader.h"
#include "sigstore/failure.h"

namespace sigstore {

struct InclusionProof {
    std::optional<std::int64_t> log_index;  // position inside the shard; proto3 leaves out 0
    std::optional<std::int64_t> tree_size;
    std::optional<base::Sha256> root_hash;
    std::vector<base::Sha256> hashes;  // at most 64
    std::string checkpoint;            // the signed note, bytes untouched
};

struct LogEntry {
    std::string where;           // place in the bundle, for failures
    std::int64_t log_index = 0;  // Rekor v1: over all shards
    base::Sha256 log_id{};
    std::string kind;
    std::string version;
    std::int64_t integrated_time = 0;    // unix seconds; 0: none. Unsigned unless a signed entry timestamp verifies
    base::Bytes signed_entry_timestamp;  // empty: no inclusion promise
    std::optional<InclusionProof> proof;
    base::Bytes body;  // canonicalizedBody: the exact bytes of the leaf

    [[nodiscard]] static Checked<LogEntry> parse(const base::json::Reader& json);
};

}  // namespace sigstore
