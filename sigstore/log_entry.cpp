#include "sigstore/log_entry.h"

#include "sigstore/json_fields.h"

namespace sigstore {

namespace {

// A path longer than the bits of the tree size cannot exist.
constexpr std::size_t kMaxHashes = 64;

Checked<std::optional<std::int64_t>> number_field(const base::json::Reader& object, std::string_view name) {
    TRY(const auto field, object.find(name));
    if (!field) return std::nullopt;
    TRY(const auto number, field->proto_int64());
    return number;
}

Checked<InclusionProof> parse_proof(const base::json::Reader& json) {
    TRY_VOID(json.only({"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"}));
    InclusionProof proof;
    TRY(proof.log_index, number_field(json, "logIndex"));
    TRY(proof.tree_size, number_field(json, "treeSize"));
    TRY(const auto root, json.find("rootHash"));
    if (root) {
        TRY(proof.root_hash, sha256_value(*root));
    }
    TRY(const auto hashes, list_field(json, "hashes", kMaxHashes));
    for (const auto& hash : hashes) {
        TRY(const auto value, sha256_value(hash));
        proof.hashes.push_back(value);
    }
    // Required whatever the version: a proof against a root that nobody signed proves nothing (sigstore-go
    // ParseTransparencyLogEntry).
    TRY(const auto checkpoint, json.at("checkpoint"));
    TRY_VOID(checkpoint.only({"envelope"}));
    TRY(proof.checkpoint, text_field(checkpoint, "envelope"));
    return proof;
}

Checked<void> parse_promise(const base::json::Reader& json, LogEntry& entry) {
    TRY(const auto promise, json.find("inclusionPromise"));
    if (!promise) return {};
    TRY_VOID(promise->only({"signedEntryTimestamp"}));
    TRY(entry.signed_entry_timestamp, bytes_field(*promise, "signedEntryTimestamp"));
    return {};
}

}  // namespace

Checked<LogEntry> LogEntry::parse(const base::json::Reader& json) {
    TRY_VOID(json.only({"logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise", "inclusionProof", "canonicalizedBody"}));
    LogEntry entry;
    entry.where = json.path();
    TRY(const auto index, number_field(json, "logIndex"));
    entry.log_index = index.value_or(0);
    TRY(const auto log_id, json.at("logId"));
    TRY_VOID(log_id.only({"keyId"}));
    TRY(const auto key_id, log_id.at("keyId"));
    TRY(entry.log_id, sha256_value(key_id));
    TRY(const auto kind_version, json.at("kindVersion"));
    TRY_VOID(kind_version.only({"kind", "version"}));
    TRY(entry.kind, text_field(kind_version, "kind"));
    TRY(entry.version, text_field(kind_version, "version"));
    TRY(const auto time, number_field(json, "integratedTime"));
    entry.integrated_time = time.value_or(0);
    TRY_VOID(parse_promise(json, entry));
    TRY(const auto proof, json.find("inclusionProof"));
    if (proof) {
        TRY(entry.proof, parse_proof(*proof));
    }
    TRY(entry.body, bytes_field(json, "canonicalizedBody"));
    return entry;
}

}  // namespace sigstore
