#include "sigstore/checkpoint.h"

#include "test/support/catch.h"
#include "test/unit/sigstore/makers.h"
#include "test/unit/sigstore/vectors.h"

using namespace sigstore;

namespace {

const std::string kRoot = base::base64_encode(base::Bytes(32, 7));
const std::string kDash = "\xE2\x80\x94 ";

std::string line(const std::string& name, base::BytesView id, base::BytesView signature) {
    base::Bytes blob(id.begin(), id.begin() + 4);
    blob.insert(blob.end(), signature.begin(), signature.end());
    return kDash + name + " " + base::base64_encode(blob) + "\n";
}

std::string text_of(const std::string& origin) { return origin + "\n5\n" + kRoot + "\n"; }

TransparencyLog log_of(const std::string& json) {
    return vectors::root(makers::root_json({.logs = {json}, .certificate_logs = {}, .authorities = {}, .timestamp_authorities = {}}))
        .logs()
        .front();
}

FailureCode code_of(const Checked<void>& checked) {
    REQUIRE_FALSE(checked);
    return checked.error().code;
}

}  // namespace

TEST_CASE("a note is read as C2SP writes it") {
    const auto note = "origin\n5\n" + kRoot + "\nextension\n\n" + line("name", base::Bytes{1, 2, 3, 4}, base::Bytes{9});
    const auto checkpoint = Checkpoint::parse(note, "here");
    REQUIRE(checkpoint);
    CHECK(checkpoint->text() == "origin\n5\n" + kRoot + "\nextension\n");
    CHECK(checkpoint->origin() == "origin");
    CHECK(checkpoint->size() == 5);
    REQUIRE(checkpoint->signatures().size() == 1);
    CHECK(checkpoint->signatures()[0].name == "name");
    CHECK(checkpoint->signatures()[0].signature == base::Bytes{9});
}

TEST_CASE("a note of 64 KiB is the largest") {
    const auto signature = line("name", base::Bytes{1, 2, 3, 4}, base::Bytes{9});
    const auto note = [&](std::size_t size) {
        const auto frame = "o\n5\n" + kRoot + "\n" + "\n\n" + signature;
        return "o\n5\n" + kRoot + "\n" + std::string(size - frame.size(), 'x') + "\n\n" + signature;
    };
    CHECK(note(64 * 1024).size() == 64 * 1024);
    CHECK(Checkpoint::parse(note(64 * 1024), "here"));
    CHECK_FALSE(Checkpoint::parse(note(64 * 1024 + 1), "here"));
}

TEST_CASE("the name of a Rekor v2 log is its host, or the one under which an Ed25519 key has the log's id") {
    const auto ed25519 = makers::key("ed25519");
    const auto named = log_of(makers::ed25519_log_json(ed25519, "other.example"));  // its base URL may say anything
    const auto note_by = [](const makers::Key& key, const std::string& name, base::BytesView id) {
        const auto text = text_of(name);
        return Checkpoint::parse(text + "\n" + line(name, id, key.sign(base::as_bytes(text))), "here").value();
    };
    CHECK(note_by(ed25519, "other.example", named.id).verify_v2(named));
    auto moved = named;
    moved.host = "moved.example";
    CHECK(note_by(ed25519, "other.example", named.id).verify_v2(moved));
    CHECK(code_of(note_by(ed25519, "third.example", moved.note_id("third.example")).verify_v2(moved)) == FailureCode::checkpoint);
    // The id of an ECDSA key says nothing about the name.
    const auto ecdsa = makers::key();
    const auto log = log_of(makers::ecdsa_log_json(ecdsa, "https://log.example"));
    CHECK(note_by(ecdsa, "log.example", log.id).verify_v2(log));
    CHECK(code_of(note_by(ecdsa, "other.example", log.id).verify_v2(log)) == FailureCode::checkpoint);
}

TEST_CASE("notes that break the grammar are refused") {
    const auto signature = line("name", base::Bytes{1, 2, 3, 4}, base::Bytes{9});
    std::string many;
    for (int i = 0; i < 33; ++i) many += signature;
    const auto [name, note] = GENERATE_COPY(table<std::string, std::string>({
        {"empty", ""},
        {"no signature lines", text_of("o") + "\n"},
        {"no blank line", text_of("o") + signature},
        {"a blank extension line", "o\n5\n" + kRoot + "\n\nmore\n\n" + signature},
        {"a second signature line that is cut off", text_of("o") + "\n" + signature + signature.substr(0, signature.size() - 1)},
        {"a name that looks like a signature", text_of("o") + "\n" + kDash + "AAAAAAAAAAAA\n"},
        {"no last newline", text_of("o") + "\n" + signature.substr(0, signature.size() - 1)},
        {"no origin", "\n5\n" + kRoot + "\n\n" + signature},
        {"origin line missing", "5\n" + kRoot + "\n\n" + signature},
        {"size line missing", "o\n" + kRoot + "\n\n" + signature},
        {"root line missing", "o\n5\n\n" + signature},
        {"leading zero", "o\n05\n" + kRoot + "\n\n" + signature},
        {"plus sign", "o\n+5\n" + kRoot + "\n\n" + signature},
        {"blank in the size", "o\n 5\n" + kRoot + "\n\n" + signature},
        {"exponent", "o\n1e9\n" + kRoot + "\n\n" + signature},
        {"negative", "o\n-5\n" + kRoot + "\n\n" + signature},
        {"beyond 63 bits", "o\n9223372036854775808\n" + kRoot + "\n\n" + signature},
        {"empty size", "o\n\n" + kRoot + "\n\n" + signature},
        {"root not base64", "o\n5\nxyz*\n\n" + signature},
        {"root of 31 bytes", "o\n5\n" + base::base64_encode(base::Bytes(31, 7)) + "\n\n" + signature},
        {"control character", "o\t\n5\n" + kRoot + "\n\n" + signature},
        {"carriage return", "o\n5\r\n" + kRoot + "\n\n" + signature},
        {"NUL", std::string("o\0", 2) + "\n5\n" + kRoot + "\n\n" + signature},
        {"hyphen for the dash", text_of("o") + "\n- name AQIDBAk=\n"},
        {"plus in the name", text_of("o") + "\n" + line("na+me", base::Bytes{1, 2, 3, 4}, base::Bytes{9})},
        {"no name", text_of("o") + "\n" + line("", base::Bytes{1, 2, 3, 4}, base::Bytes{9})},
        {"hint without signature", text_of("o") + "\n" + line("name", base::Bytes{1, 2, 3, 4}, {})},
        {"signature not base64", text_of("o") + "\n" + kDash + "name A*==\n"},
        {"text behind the signature", text_of("o") + "\n" + kDash + "name AQIDBAk= x\n"},
        {"33 signature lines", text_of("o") + "\n" + many},
        {"too long", text_of(std::string(70'000, 'o')) + "\n" + signature},
    }));
    CAPTURE(name);
    const auto checkpoint = Checkpoint::parse(note, "here");
    REQUIRE_FALSE(checkpoint);
    CHECK(checkpoint.error().code == FailureCode::checkpoint);
    CHECK(checkpoint.error().where == "here");
}

TEST_CASE("17 signature lines and size 0 are fine") {
    std::string many;
    for (int i = 0; i < 17; ++i) many += line("name", base::Bytes{1, 2, 3, 4}, base::Bytes{9});
    CHECK(Checkpoint::parse("o\n0\n" + kRoot + "\n\n" + many, "").value().signatures().size() == 17);
}

TEST_CASE("Rekor v1: our key's hint selects the lines, all of them verify, in the name of the origin") {
    const auto key = makers::key();
    const auto other = makers::key();
    const auto log = log_of(makers::ecdsa_log_json(key));
    const auto text = text_of("rekor.example - 123");
    const auto id = base::sha256(key.spki());
    const auto good = line("rekor.example", id, key.sign(base::as_bytes(text)));
    const auto foreign = line("witness", base::sha256(other.spki()), other.sign(base::as_bytes(text)));
    const auto verdict = [&](const std::string& lines) { return Checkpoint::parse(text + "\n" + lines, "").value().verify_v1(log); };

    CHECK(verdict(good));
    CHECK(verdict(foreign + good));
    CHECK(code_of(verdict(foreign)) == FailureCode::checkpoint);
    CHECK(code_of(verdict(line("rekor.example", id, key.sign(base::as_bytes("other text"))))) == FailureCode::checkpoint);
    CHECK(code_of(verdict(line("rekor.example", id, other.sign(base::as_bytes(text))))) == FailureCode::checkpoint);
    // A valid signature under another hint is nobody's (conformance: checkpoint-bad-keyhint).
    CHECK(code_of(verdict(line("rekor.example", base::Bytes{1, 2, 3, 4}, key.sign(base::as_bytes(text))))) == FailureCode::checkpoint);
    CHECK(code_of(verdict(line("other.example", id, key.sign(base::as_bytes(text))))) == FailureCode::checkpoint);
    CHECK(code_of(verdict(good + line("rekor.example", id, base::Bytes(70, 1)))) == FailureCode::checkpoint);
    // The blank line is not signed, the last newline of the text is.
    CHECK(code_of(verdict(line("rekor.example", id, key.sign(base::as_bytes(text + "\n"))))) == FailureCode::checkpoint);
}

TEST_CASE("Rekor v2: name and hint select the line, and the origin is the log's name") {
    const auto key = makers::key("ed25519");
    const auto other = makers::key("ed25519");
    const auto log = log_of(makers::ed25519_log_json(key, "log.example"));
    const auto sign = [&](const std::string& text) { return key.sign(base::as_bytes(text)); };
    const auto verdict = [&](const std::string& origin, const std::string& lines) {
        return Checkpoint::parse(text_of(origin) + "\n" + lines, "").value().verify_v2(log);
    };
    const auto text = text_of("log.example");
    const auto id = log.note_id("log.example");
    const auto good = line("log.example", id, sign(text));
    const auto witness = line("witness", base::Bytes{1, 2, 3, 4}, base::Bytes(72, 1));

    CHECK(verdict("log.example", good));
    CHECK(verdict("log.example", witness + good + witness));
    CHECK(verdict("log.example", good + line("log.example", base::Bytes{9, 9, 9, 9}, base::Bytes(70, 1))));
    CHECK(code_of(verdict("log.example", witness)) == FailureCode::checkpoint);
    CHECK(code_of(verdict("log.example", line("log.example", id, other.sign(base::as_bytes(text))))) == FailureCode::checkpoint);
    CHECK(code_of(verdict("log.example", line("log.example", base::Bytes{9, 9, 9, 9}, sign(text)))) == FailureCode::checkpoint);
    CHECK(code_of(verdict("log.example", line("other.example", id, sign(text)))) == FailureCode::checkpoint);
    const auto renamed = line("other.example", log.note_id("other.example"), sign(text_of("other.example")));
    CHECK(code_of(verdict("other.example", renamed)) == FailureCode::checkpoint);
    CHECK(code_of(verdict("log.example - 12", line("log.example", id, sign(text_of("log.example - 12"))))) == FailureCode::checkpoint);
}

TEST_CASE("Rekor v2 with an ECDSA or RSA key: the hint is by the rules of signed notes") {
    const auto kind = GENERATE(as<std::string>(), "P-256", "P-384", "rsa2048");
    const auto key = makers::key(kind);
    const std::string details = kind == "P-256"   ? "PKIX_ECDSA_P256_SHA_256"
                                : kind == "P-384" ? "PKIX_ECDSA_P384_SHA_384"
                                                  : "PKIX_RSA_PKCS1V15_2048_SHA256";
    const auto log = log_of(makers::log_json(key.spki(), details, base::sha256(key.spki())));
    const auto text = text_of("log.example");
    const auto signature = key.sign(base::as_bytes(text), kind == "P-384" ? "SHA384" : "SHA256");
    CHECK(Checkpoint::parse(text + "\n" + line("log.example", log.note_id("log.example"), signature), "").value().verify_v2(log));
    CHECK_FALSE(Checkpoint::parse(text + "\n" + line("log.example", base::Bytes{9, 9, 9, 9}, signature), "").value().verify_v2(log));
}
