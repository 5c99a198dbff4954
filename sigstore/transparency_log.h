// A transparency log or certificate transparency log of the trusted root.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/json_reader.h"
#include "base/time.h"
#include "sigstore/failure.h"
#include "sigstore/public_key.h"

namespace sigstore {

struct TransparencyLog {
    std::string base_url;
    std::string host;           // of base_url, without port; the name of a Rekor v2 log
    std::string operator_name;  // empty where the root names none
    base::Sha256 id{};          // as declared
    PublicKey key;
    base::TimeRange valid_for;  // has a start

    // Empty for a key type that this program does not know: such a log counts for nothing, but does not spoil the root.
    [[nodiscard]] static Checked<std::optional<TransparencyLog>> parse(const base::json::Reader& json);

    // The signed-note key id under a name (C2SP signed-note; rekor-tiles pkg/note): for Ed25519 and RSA the name is
    // part of it, for ECDSA it is SHA-256 of the SubjectPublicKeyInfo.
    [[nodiscard]] base::Sha256 note_id(std::string_view name) const;
    // Ed25519, or an id in the signed-note form: such a log writes Rekor v2 entries only.
    [[nodiscard]] bool is_v2_only() const;
    // What is counted: several logs of one operator are one witness.
    [[nodiscard]] std::string counting_key() const;
};

}  // namespace sigstore
