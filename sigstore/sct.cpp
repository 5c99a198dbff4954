#include "sigstore/sct.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "sigstore/der.h"
#include "sigstore/oid.h"

namespace sigstore {

namespace {

constexpr std::size_t kMaxScts = 16;
constexpr std::uint8_t kVersion1 = 0;
constexpr std::uint8_t kSha256 = 4;  // RFC 5246 7.4.1.4.1 HashAlgorithm and SignatureAlgorithm
constexpr std::uint8_t kRsa = 1;
constexpr std::uint8_t kEcdsa = 3;

// TLS presentation language (RFC 5246 4): big-endian numbers, vectors with a length in front. What is not there is zero or empty, and is
// remembered: nothing that was read counts unless finished() says so.
class TlsReader {
public:
    explicit TlsReader(base::BytesView bytes) : rest_(bytes) {}
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool finished() const { return at_end() && !failed_; }

    [[nodiscard]] base::BytesView bytes(std::size_t count) {
        if (rest_.size() < count) {
            failed_ = true;
            rest_ = {};
            return {};
        }
        const auto taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    [[nodiscard]] std::uint64_t number(std::size_t octets) {
        std::uint64_t value = 0;
        for (const auto octet : bytes(octets)) value = value << 8 | octet;
        return value;
    }
    [[nodiscard]] base::BytesView vector16() { return bytes(number(2)); }

private:
    base::BytesView rest_;
    bool failed_ = false;
};

void append_number(base::Bytes& out, std::uint64_t value, int octets) {
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::optional<Sct> parse_sct(base::BytesView bytes) {
    TlsReader reader(bytes);
    const auto version = reader.number(1);
    const auto log_id = reader.bytes(32);
    Sct sct;
    sct.timestamp = reader.number(8);
    const auto extensions = reader.vector16();
    sct.hash_algorithm = static_cast<std::uint8_t>(reader.number(1));
    sct.signature_algorithm = static_cast<std::uint8_t>(reader.number(1));
    const auto signature = reader.vector16();
    if (!reader.finished() || version != kVersion1) return std::nullopt;
    std::ranges::copy(log_id, sct.log_id.begin());
    sct.extensions.assign(extensions.begin(), extensions.end());
    sct.signature.assign(signature.begin(), signature.end());
    return sct;
}

std::optional<std::vector<Sct>> parse_list(base::BytesView extension) {
    const auto wrapped = der::only(extension, der::kOctetString);  // an OCTET STRING inside the extension's OCTET STRING
    if (!wrapped) return std::nullopt;
    TlsReader outer(*wrapped);
    TlsReader reader(outer.vector16());
    if (!outer.finished()) return std::nullopt;
    std::vector<Sct> scts;
    while (!reader.at_end()) {
        auto sct = parse_sct(reader.vector16());
        if (!sct || scts.size() == kMaxScts) return std::nullopt;
        scts.push_back(*std::move(sct));
    }
    return scts;
}

// Extensions ::= SEQUENCE OF Extension, without the one SCT list. Of a certificate, which has been read before.
std::optional<base::Bytes> without_sct_list(base::BytesView extensions) {
    base::Bytes kept;
    int dropped = 0;
    for (der::Reader reader(*der::only(extensions, der::kSequence)); !reader.at_end();) {
        const auto extension = reader.next(der::kSequence);
        const auto id = der::Reader(extension->content).next(der::kObjectIdentifier);
        if (base::equal(id->content, oid::kSctList)) {
            ++dropped;
        } else {
            der::append(kept, extension->whole);
        }
    }
    if (dropped != 1) return std::nullopt;
    return der::encode(der::kSequence, kept);
}

bool fits_key(const Sct& sct, const PublicKey& key) {
    if (sct.hash_algorithm != kSha256) return false;
    return key.kind() == KeyKind::ecdsa_p256 ? sct.signature_algorithm == kEcdsa
                                             : key.kind() == KeyKind::rsa && sct.signature_algorithm == kRsa;
}

std::optional<base::Time> time_of(const Sct& sct) {
    constexpr std::uint64_t kLatest = INT64_MAX / 1'000'000;
    if (sct.timestamp > kLatest) return std::nullopt;
    return base::Time(std::chrono::milliseconds(sct.timestamp));
}

bool is_valid(const Sct& sct, const TransparencyLog& log, const base::Sha256& issuer_key_hash, base::BytesView tbs) {
    const auto time = time_of(sct);
    if (!time || !log.valid_for.contains(*time) || !fits_key(sct, log.key)) return false;
    return log.key.verify(base::HashAlgorithm::sha256, sct_signed_data(sct, issuer_key_hash, tbs), sct.signature);
}

bool signs_precertificates(const Certificate& issuer) {
    const auto& usage = issuer.extended_key_usage();
    return usage &&
           std::ranges::any_of(usage->purposes, [](base::BytesView purpose) { return base::equal(purpose, oid::kPrecertificateSigning); });
}

Failure unreadable() { return {FailureCode::sct, "certificate.signedCertificateTimestamps", "a list of signed certificate timestamps"}; }

}  // namespace

Checked<std::vector<Sct>> embedded_scts(const Certificate& certificate) {
    const auto extension = certificate.extension(oid::kSctList);
    if (!extension) return std::vector<Sct>();
    auto scts = parse_list(*extension);
    if (!scts) return std::unexpected(unreadable());
    return *std::move(scts);
}

std::optional<base::Bytes> precertificate_tbs(const Certificate& certificate) {
    base::Bytes kept;
    for (der::Reader reader(*der::only(certificate.tbs(), der::kSequence)); !reader.at_end();) {
        const auto field = reader.next();
        if (field->tag != der::context_constructed(3)) {
            der::append(kept, field->whole);
            continue;
        }
        const auto extensions = without_sct_list(field->content);  // the last field
        if (!extensions) return std::nullopt;
        der::append(kept, der::encode(field->tag, *extensions));
        return der::encode(der::kSequence, kept);
    }
    return std::nullopt;
}

base::Bytes sct_signed_data(const Sct& sct, const base::Sha256& issuer_key_hash, base::BytesView tbs) {
    base::Bytes data{kVersion1, 0};  // signature_type certificate_timestamp
    append_number(data, sct.timestamp, 8);
    append_number(data, 1, 2);  // entry_type precert_entry
    der::append(data, issuer_key_hash);
    append_number(data, tbs.size(), 3);
    der::append(data, tbs);
    append_number(data, sct.extensions.size(), 2);
    der::append(data, sct.extensions);
    return data;
}

Checked<std::vector<const TransparencyLog*>> verify_scts(const Certificate& leaf, const Certificate& issuer, const TrustedRoot& root) {
    if (signs_precertificates(issuer)) {
        return std::unexpected(Failure(FailureCode::sct, "certificate", "an issuer that is not a precertificate signer"));
    }
    TRY(const auto scts, embedded_scts(leaf));
    std::vector<const TransparencyLog*> logs;
    if (scts.empty()) return logs;
    const auto tbs = precertificate_tbs(leaf);
    if (!tbs) return std::unexpected(unreadable());
    for (const auto& sct : scts) {
        const auto* const log = root.find_certificate_log(sct.log_id);
        if (log != nullptr && is_valid(sct, *log, issuer.key().spki_sha256(), *tbs)) logs.push_back(log);
    }
    return logs;
}

}  // namespace sigstore
