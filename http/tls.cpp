#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <array>
#include <mutex>

#include "base/file.h"
#include "base/openssl.h"

namespace http {

using base::ErrorCode;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kFileLimit = 1024 * 1024;
constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

Result<TlsContext> new_context(const SSL_METHOD* method) {
    SSL_CTX* const handle = SSL_CTX_new(method);
    if (handle == nullptr) return std::unexpected(base::openssl_error("SSL_CTX_new"));
    TlsContext context(handle, SSL_CTX_free);
    SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // SSL_CTX_set_min_proto_version is a macro with a C cast.
    if (SSL_CTX_ctrl(handle, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr) != 1) {
        return std::unexpected(base::openssl_error("SSL_CTX_set_min_proto_version"));
    }
    return context;
}

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered, unsigned int offered_size, void*) {
    unsigned char* chosen = nullptr;
    const int outcome = SSL_select_next_proto(&chosen, out_size, kAlpn.data(), kAlpn.size(), offered, offered_size);
    // RFC 7301 section 3.2: no common protocol is a fatal no_application_protocol alert.
    if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

base::Error file_error(std::string_view what, const std::filesystem::path& path) {
    return base::openssl_error(what).with_context(path.string());
}

// An encrypted key would make OpenSSL ask on the terminal; this answers "no passphrase".
int no_passphrase(char*, int, int, void*) { return -1; }

Result<void> use_chain(SSL_CTX* handle, const std::filesystem::path& path) {
    TRY(const auto pem, base::read_file(path, kFileLimit));
    const base::BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const base::X509Handle leaf(bio ? PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
    if (!leaf) return std::unexpected(file_error("no certificate", path));
    if (SSL_CTX_use_certificate(handle, leaf.get()) != 1) return std::unexpected(file_error("SSL_CTX_use_certificate", path));
    while (true) {
        const base::X509Handle issuer(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
        if (!issuer) break;
        if (SSL_CTX_ctrl(handle, SSL_CTRL_CHAIN_CERT, 1, issuer.get()) != 1) {  // SSL_CTX_add1_chain_cert
            return std::unexpected(file_error("SSL_CTX_add1_chain_cert", path));
        }
    }
    // The loop ends at the end of the text ("no start line") or at something broken, which must not pass as the end.
    const auto reason = ERR_GET_REASON(ERR_peek_last_error());
    if (reason != PEM_R_NO_START_LINE) return std::unexpected(file_error("broken chain", path));
    base::clear_openssl_errors();
    return {};
}

Result<void> use_key(SSL_CTX* handle, const std::filesystem::path& path) {
    TRY(auto pem, base::read_file(path, kFileLimit));
    const base::BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    const base::KeyHandle key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
    OPENSSL_cleanse(pem.data(), pem.size());
    if (!key) return std::unexpected(file_error("no private key", path));
    if (SSL_CTX_use_PrivateKey(handle, key.get()) != 1) return std::unexpected(file_error("key does not fit the certificate", path));
    return {};
}

Result<TlsContext> server_context(const ServerTlsFiles& files) {
    TRY(auto context, new_context(TLS_server_method()));
    SSL_CTX* const handle = context.get();
    SSL_CTX_set_alpn_select_cb(handle, select_alpn, nullptr);
    SSL_CTX_ctrl(handle, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, nullptr);
    TRY_VOID(use_chain(handle, files.certificate));
    TRY_VOID(use_key(handle, files.key));
    if (SSL_CTX_check_private_key(handle) != 1) {
        return std::unexpected(file_error("key does not fit the certificate", files.key));
    }
    return context;
}

// What tells one version of a file from the next.
struct FileStamp {
    bool present = false;
    ino_t node = 0;
    off_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    bool operator==(const FileStamp&) const = default;
};

FileStamp stamp_of(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {true, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

using Stamps = std::pair<FileStamp, FileStamp>;
Stamps stamps_of(const ServerTlsFiles& files) { return {stamp_of(files.certificate), stamp_of(files.key)}; }

}  // namespace

Result<std::shared_ptr<const ClientTls>> ClientTls::create(const std::optional<std::filesystem::path>& ca_file) {
    TRY(auto context, new_context(TLS_client_method()));
    SSL_CTX* const handle = context.get();
    SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nullptr);
    // Returns 0 for success, unlike its neighbours.
    if (SSL_CTX_set_alpn_protos(handle, kAlpn.data(), kAlpn.size()) != 0) {
        return std::unexpected(base::openssl_error("SSL_CTX_set_alpn_protos"));
    }
    if (ca_file) {
        if (SSL_CTX_load_verify_file(handle, ca_file->c_str()) != 1) return std::unexpected(file_error("no CA certificates", *ca_file));
        // Whatever stands in the file is trusted as it is, also an intermediate or a self-signed server certificate, as Go clients do.
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(handle), X509_V_FLAG_PARTIAL_CHAIN);
    } else if (SSL_CTX_set_default_verify_paths(handle) != 1) {
        return std::unexpected(base::openssl_error("SSL_CTX_set_default_verify_paths"));
    }
    return std::shared_ptr<const ClientTls>(new ClientTls(std::move(context)));
}

struct ServerTls::State {
    ServerTlsFiles files;
    mutable std::mutex mutex;  // guards what follows
    Stamps tried;
    TlsContext context;
};

ServerTls::ServerTls(std::unique_ptr<State> state) : state_(std::move(state)) {}
ServerTls::~ServerTls() = default;

Result<std::shared_ptr<ServerTls>> ServerTls::create(ServerTlsFiles files) {
    auto state = std::make_unique<State>();
    state->files = std::move(files);
    std::shared_ptr<ServerTls> tls(new ServerTls(std::move(state)));
    TRY_VOID(tls->reload());
    return tls;
}

bool ServerTls::changed() const {
    const auto now = stamps_of(state_->files);
    const std::scoped_lock lock(state_->mutex);
    return now != state_->tried;
}

Result<void> ServerTls::reload() {
    // Before reading: a change while we read is seen at the next look.
    const auto stamps = stamps_of(state_->files);
    auto context = server_context(state_->files);
    const std::scoped_lock lock(state_->mutex);
    state_->tried = stamps;
    if (!context) return std::unexpected(std::move(context).error());
    state_->context = *std::move(context);
    return {};
}

TlsContext ServerTls::context() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->context;
}

}  // namespace http
