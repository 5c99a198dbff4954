#include "test/unit/sigstore/world.h"

#include <openssl/cms.h>
#include <openssl/x509.h>

#include <cctype>

#include "base/openssl.h"
#include "sigstore/der.h"
#include "sigstore/dsse.h"
#include "sigstore/merkle.h"
#include "sigstore/sct.h"
#include "test/support/catch.h"
#include "test/unit/sigstore/vectors.h"

namespace world {

namespace der = sigstore::der;

namespace {

using CmsHandle = base::OpensslHandle<CMS_ContentInfo, CMS_ContentInfo_free>;

base::Bytes joined(std::initializer_list<base::Bytes> parts) {
    base::Bytes out;
    for (const auto& part : parts) der::append(out, part);
    return out;
}

std::string generalized_time(std::int64_t seconds, const std::string& fraction) {
    auto text = base::format_rfc3339(base::from_unix_seconds(seconds));
    std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T' || c == 'Z'; });
    return text + fraction + "Z";
}

base::Bytes tst_info(base::BytesView stamped, const TokenSpec& spec) {
    const auto sha = base::sha256(stamped);
    const auto imprint = spec.imprint.empty() ? base::Bytes(sha.begin(), sha.end()) : spec.imprint;
    const auto algorithm = der::encode(der::kSequence, der::encode(der::kObjectIdentifier, makers::oid_content(spec.imprint_oid)));
    return der::encode(der::kSequence, joined({der::encode(der::kInteger, base::Bytes{spec.version}),
                                               der::encode(der::kObjectIdentifier, makers::oid_content("1.3.6.1.4.1.57264.2")),
                                               der::encode(der::kSequence, joined({algorithm, der::encode(der::kOctetString, imprint)})),
                                               der::encode(der::kInteger, base::Bytes{9}),
                                               der::encode(0x18, base::as_bytes(generalized_time(spec.time, spec.fraction)))}));
}

std::shared_ptr<X509> x509(const base::Bytes& bytes) {
    const unsigned char* position = bytes.data();
    return {d2i_X509(nullptr, &position, static_cast<long>(bytes.size())), X509_free};
}

std::string json_text(std::string_view text) { return vectors::replace_all(std::string(text), "\n", "\\n"); }

std::string pem(base::BytesView bytes, const std::string& label) {
    return "-----BEGIN " + label + "-----\n" + base::base64_encode(bytes) + "\n-----END " + label + "-----\n";
}

std::string b64(std::string_view text) { return base::base64_encode(base::as_bytes(text)); }

std::string note(const std::string& origin, const std::string& name, std::int64_t size, const base::Sha256& root, base::BytesView id,
                 const makers::Key& key) {
    const auto text = origin + "\n" + std::to_string(size) + "\n" + base::base64_encode(root) + "\n";
    base::Bytes blob(id.begin(), id.begin() + 4);
    der::append(blob, key.sign(base::as_bytes(text)));
    return text + "\n\xE2\x80\x94 " + name + " " + base::base64_encode(blob) + "\n";
}

// A tree of two: our entry behind another one.
struct Tree {
    base::Sha256 sibling;
    base::Sha256 root;
};
Tree tree_with(std::string_view body) {
    const auto sibling = sigstore::leaf_hash(base::Bytes{'x'});
    const base::Bytes prefix{0x01};
    return {sibling, base::sha256({prefix, sibling, sigstore::leaf_hash(base::as_bytes(body))})};
}

std::string proof_json(const Tree& tree, const std::string& checkpoint) {
    return R"("inclusionProof":{"logIndex":"1","treeSize":"2","rootHash":")" + base::base64_encode(tree.root) + R"(","hashes":[")" +
           base::base64_encode(tree.sibling) + R"("],"checkpoint":{"envelope":")" + json_text(checkpoint) + R"("}},)";
}

base::Sha256 ed25519_id(const makers::Key& key, std::string_view name) {
    const base::Bytes algorithm{0x01};
    return base::sha256({base::as_bytes(name), base::as_bytes("\n"), algorithm, key.public_key().ed25519_raw()});
}

base::Bytes sct_list(const World& world, const makers::Spec& spec) {
    auto with_list = spec;
    with_list.extensions.push_back({"1.3.6.1.4.1.11129.2.4.2", false, {0x04, 0x02, 0x00, 0x00}});
    const auto tbs = sigstore::precertificate_tbs(makers::certificate(with_list, world.leaf_key, world.ca.issuer_key)).value();
    sigstore::Sct sct{base::sha256(world.ct_key.spki()), 1'500'000, {}, 4, 3, {}};
    const auto signature = world.ct_key.sign(sigstore::sct_signed_data(sct, base::sha256(world.ca.issuer_key.spki()), tbs));
    base::Bytes out{0};
    der::append(out, sct.log_id);
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(sct.timestamp >> shift));
    der::append(out, base::Bytes{0, 0, 4, 3, 0, static_cast<std::uint8_t>(signature.size())});
    der::append(out, signature);
    const auto size = static_cast<std::uint8_t>(out.size());
    return der::encode(der::kOctetString, joined({{0, static_cast<std::uint8_t>(size + 2), 0, size}, out}));
}

base::HashAlgorithm hash_of(std::string_view name) {
    return name == "SHA2_256"   ? base::HashAlgorithm::sha256
           : name == "SHA2_384" ? base::HashAlgorithm::sha384
                                : base::HashAlgorithm::sha512;
}

base::Bytes signed_bytes(const World& world) {
    if (world.message) return base::to_bytes(*world.message);
    return sigstore::dsse_pae("application/vnd.in-toto+json", base::as_bytes(world.payload));
}

std::string v2_signature(const World& world) {
    const auto verifier = world.by_key ? R"("publicKey":{"rawBytes":")" + base::base64_encode(world.leaf_key.spki())
                                       : R"("x509Certificate":{"rawBytes":")" + base::base64_encode(world.leaf);
    return R"({"content":")" + base::base64_encode(world.signature) + R"(","verifier":{"keyDetails":")" + world.v2_key_details + "\"," +
           verifier + "\"}}}";
}

std::string lower(std::string text) {
    for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

}  // namespace

void Tsa::certify() {
    signer_der = makers::certificate_der(ca.leaf_spec, key, ca.issuer_key);
    chain = ca.chain();
    chain.insert(chain.begin(), signer_der);
}

base::Bytes Tsa::stamp(base::BytesView bytes, const TokenSpec& spec) const {
    const CmsHandle cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, CMS_PARTIAL | CMS_BINARY));
    REQUIRE(cms != nullptr);
    const int type = spec.is_other_type_signed ? NID_pkcs7_data : NID_id_smime_ct_TSTInfo;
    REQUIRE(CMS_set1_eContentType(cms.get(), OBJ_nid2obj(type)) == 1);
    const unsigned flags = CMS_NOCERTS | CMS_NOSMIMECAP | CMS_BINARY | CMS_PARTIAL | (spec.has_signing_certificate ? CMS_CADES : 0U);
    auto* const signer =
        CMS_add1_signer(cms.get(), x509(signer_der).get(), key.handle.get(), EVP_get_digestbyname(spec.digest.c_str()), flags);
    REQUIRE(signer != nullptr);
    const base::OpensslHandle<ASN1_TIME, ASN1_TIME_free> time(ASN1_TIME_set(nullptr, spec.signing_time));
    const auto* const text = reinterpret_cast<const unsigned char*>("noon");
    const bool added = spec.is_signing_time_text
                           ? CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, V_ASN1_UTF8STRING, text, 4) == 1
                           : CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime, time->type, time.get(), -1) == 1;
    REQUIRE(added);
    for (const auto& certificate : spec.embedded) REQUIRE(CMS_add1_cert(cms.get(), x509(certificate).get()) == 1);
    auto info = tst_info(bytes, spec);
    der::append(info, spec.behind_info);
    const base::BioHandle content(BIO_new_mem_buf(info.data(), static_cast<int>(info.size())));
    REQUIRE(CMS_final(cms.get(), content.get(), nullptr, CMS_BINARY) == 1);
    REQUIRE(CMS_set1_eContentType(cms.get(), OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) == 1);
    unsigned char* out = nullptr;
    const int size = i2d_CMS_ContentInfo(cms.get(), &out);
    const base::Bytes token(out, out + size);
    OPENSSL_free(out);
    const auto status = der::encode(der::kSequence, joined({der::encode(der::kInteger, base::Bytes{spec.status}), spec.behind_status}));
    return der::encode(der::kSequence, joined({status, token}));
}

void World::sign() {
    auto spec = ca.leaf_spec;
    spec.extensions.push_back({"1.3.6.1.4.1.11129.2.4.2", false, sct_list(*this, spec)});
    chain = ca.chain();
    leaf = makers::certificate_der(spec, leaf_key, ca.issuer_key);
    const bool is_prehashed = message && leaf_key.public_key().kind() == sigstore::KeyKind::ed25519;
    signature = is_prehashed ? leaf_key.sign_ed25519ph(base::as_bytes(*message)) : leaf_key.sign(signed_bytes(*this), hash);
}

std::string World::v1_body() const {
    const auto verifier = by_key ? b64(pem(leaf_key.spki(), "PUBLIC KEY")) : b64(pem(leaf, "CERTIFICATE"));
    if (message) {
        const auto digest = base::hash(hash_of(v2_hash), base::as_bytes(*message));
        return R"({"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":")" + lower(hash) + R"(","value":")" +
               base::hex_encode(digest) + R"("}},"signature":{"content":")" + base::base64_encode(signature) +
               R"(","publicKey":{"content":")" + verifier + R"("}}}})";
    }
    const std::string zeros(64, '0');
    return R"({"apiVersion":"0.0.1","kind":"dsse","spec":{"envelopeHash":{"algorithm":"sha256","value":")" + zeros +
           R"("},"payloadHash":{"algorithm":"sha256","value":")" + base::hex_encode(base::sha256(base::as_bytes(payload))) +
           R"("},"signatures":[{"signature":")" + base::base64_encode(signature) + R"(","verifier":")" + verifier + R"("}]}})";
}

std::string World::v2_body() const {
    return R"({"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":")" + v2_hash +
           R"(","digest":")" + base::base64_encode(base::hash(hash_of(v2_hash), signed_bytes(*this))) + R"("},"signature":)" +
           v2_signature(*this) + "}}}";
}

std::string World::v2_dsse_body() const {
    return R"({"apiVersion":"0.0.2","kind":"dsse","spec":{"dsseV002":{"payloadHash":{"algorithm":"SHA2_256","digest":")" +
           base::base64_encode(base::sha256(base::as_bytes(payload))) + R"("},"signatures":[)" + v2_signature(*this) + "]}}}";
}

std::string World::v1_entry(EntrySpec spec, const makers::Key& log_key) const {
    const auto id = base::sha256(log_key.spki());
    const auto tree = tree_with(spec.body);
    const auto name = spec.origin.substr(0, spec.origin.find(" - "));
    const auto payload_text = R"({"body":")" + b64(spec.body) + R"(","integratedTime":)" + std::to_string(integrated_time) +
                              R"(,"logID":")" + base::hex_encode(id) + R"(","logIndex":)" + std::to_string(spec.log_index) + "}";
    const auto promise =
        R"("inclusionPromise":{"signedEntryTimestamp":")" + base::base64_encode(log_key.sign(base::as_bytes(payload_text))) + R"("},)";
    return R"({"logIndex":")" + std::to_string(spec.log_index) + R"(","logId":{"keyId":")" + base::base64_encode(id) +
           R"("},"kindVersion":{"kind":")" + spec.kind + R"(","version":")" + spec.version + R"("},"integratedTime":")" +
           std::to_string(integrated_time) + "\"," + (spec.has_promise ? promise : "") +
           (spec.has_proof ? proof_json(tree, note(spec.origin, name, 2, tree.root, id, log_key)) : "") + R"("canonicalizedBody":")" +
           b64(spec.body) + "\"}";
}

std::string World::v2_entry(std::string body, std::string origin, std::string kind) const {
    const auto id = ed25519_id(v2_key, "log2.example");
    const auto tree = tree_with(body);
    return R"({"logIndex":"1","logId":{"keyId":")" + base::base64_encode(id) + R"("},"kindVersion":{"kind":")" + kind +
           R"(","version":"0.0.2"},)" + proof_json(tree, note(origin, origin, 2, tree.root, ed25519_id(v2_key, origin), v2_key)) +
           R"("canonicalizedBody":")" + b64(body) + "\"}";
}

std::string World::bundle(const std::vector<std::string>& entries, const std::vector<base::Bytes>& timestamps) const {
    std::string logged;
    for (const auto& entry : entries) logged += (logged.empty() ? "" : ",") + entry;
    std::string stamped;
    for (const auto& token : timestamps)
        stamped += (stamped.empty() ? "" : ",") + (R"({"signedTimestamp":")" + base::base64_encode(token)) + "\"}";
    const auto material =
        by_key ? std::string(R"("publicKey":{"hint":"a key"})") : R"("certificate":{"rawBytes":")" + base::base64_encode(leaf) + R"("})";
    const auto text = base::base64_encode(signature);
    const auto content =
        message ? R"("messageSignature":{"messageDigest":{"algorithm":")" + v2_hash + R"(","digest":")" +
                      base::base64_encode(base::hash(hash_of(v2_hash), base::as_bytes(*message))) + R"("},"signature":")" + text + R"("})"
                : R"("dsseEnvelope":{"payload":")" + b64(payload) +
                      R"(","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":")" + text + R"(","keyid":""}]})";
    return R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{)" + material + R"(,"tlogEntries":[)" +
           logged + R"(],"timestampVerificationData":{"rfc3161Timestamps":[)" + stamped + "]}}," + content + "}";
}

makers::RootParts World::root_parts() const {
    return {.logs = {makers::ecdsa_log_json(v1_key, "https://rekor.example"), makers::ed25519_log_json(v2_key, "log2.example")},
            .certificate_logs = {makers::ecdsa_log_json(ct_key, "https://ct.example")},
            .authorities = {makers::authority_json(chain)},
            .timestamp_authorities = {makers::authority_json(tsa.chain, R"({"start":"1970-01-01T00:00:00Z"})", "https://tsa.example")}};
}

sigstore::TrustedRoot World::root() const { return vectors::root(makers::root_json(root_parts())); }

}  // namespace world
