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

// TLS presentation language (RFC 5246 4): big-endian numbers, vectors with a length in front.
class TlsReader {
public:
    explicit TlsReader(base::BytesView bytes) : rest_(bytes) {}
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    [[nodiscard]] std::optional<base::BytesView> bytes(std::size_t count) {
        if (rest_.size() < count) return std::nullopt;
        const auto taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }
    [[nodiscard]] std::optional<std::uint64_t> number(std::size_t octets) {
        const auto taken = bytes(octets);
        if (!taken) return std::nullopt;
        std::uint64_t value = 0;
        for (const auto octet : *taken) value = value << 8 | octet;
        return value;
    }
    [[nodiscard]] std::optional<base::BytesView> vector16() {
        const auto size = number(2);
        if (!size) return std::nullopt;
        return bytes(*size);
    }

private:
    base::BytesView rest_;
};

void append_number(base::Bytes& out, std::uint64_t value, int octets) {
    for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::optional<Sct> parse_sct(base::BytesView bytes) {
    TlsReader reader(bytes);
    const auto version = reader.number(1);
    const auto log_id = reader.bytes(32);
    const auto timestamp = reader.number(8);
    const auto extensions = reader.vector16();
    const auto hash = reader.number(1);
    const auto algorithm = reader.number(1);
    const auto signature = reader.vector16();
    if (!version || *version != kVersion1 || !log_id || !timestamp || !extensions || !hash || !algorithm || !signature ||
        !reader.at_end()) {
        return std::nullopt;
    }
    Sct sct;
    std::ranges::copy(*log_id, sct.log_id.begin());
    sct.timestamp = *timestamp;
    sct.extensions.assign(extensions->begin(), extensions->end());
    sct.hash_algorithm = static_cast<std::uint8_t>(*hash);
    sct.signature_algorithm = static_cast<std::uint8_t>(*algorithm);
    sct.signature.assign(signature->begin(), signature->end());
    return sct;
}

std::optional<std::vector<Sct>> parse_list(base::BytesView extension) {
    const auto wrapped = der::only(extension, der::kOctetString);  // an OCTET STRING inside the extension's OCTET STRING
    if (!wrapped) return std::nullopt;
    TlsReader outer(*wrapped);
    const auto list = outer.vector16();
    if (!list || !outer.at_end()) return std::nullopt;
    TlsReader reader(*list);
    std::vector<Sct> scts;
    while (!reader.at_end()) {
        const auto bytes = reader.vector16();
        auto sct = bytes ? parse_sct(*bytes) : std::nullopt;
        if (!sct || scts.size() == kMaxScts) return std::nullopt;
        scts.push_back(*std::move(sct));
    }
    return scts;
}

// Extensions ::= SEQUENCE OF Extension, without the one SCT list.
std::optional<base::Bytes> without_sct_list(base::BytesView extensions) {
    const auto list = der::only(extensions, der::kSequence);
    if (!list) return std::nullopt;
    der::Reader reader(*list);
    base::Bytes kept;
    int dropped = 0;
    while (!reader.at_end()) {
        const auto extension = reader.next(der::kSequence);
        if (!extension) return std::nullopt;
        const auto id = der::Reader(extension->content).next(der::kObjectIdentifier);
        if (!id) return std::nullopt;
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
    const auto fields = der::only(certificate.tbs(), der::kSequence);
    if (!fields) return std::nullopt;
    der::Reader reader(*fields);
    base::Bytes kept;
    while (!reader.at_end()) {
        const auto field = reader.next();
        if (!field) return std::nullopt;
        if (field->tag != der::context_constructed(3)) {
            der::append(kept, field->whole);
            continue;
        }
        const auto extensions = without_sct_list(field->content);
        if (!extensions || !reader.at_end()) return std::nullopt;
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
