// Owning handles for OpenSSL objects, and its error queue as base::Error. Only return value 1 is success.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

#include "base/result.h"

namespace base {

template <auto Free>
struct OpensslFree {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};
template <typename T, auto Free>
using OpensslHandle = std::unique_ptr<T, OpensslFree<Free>>;

using BioHandle = OpensslHandle<BIO, BIO_free_all>;
using KeyHandle = OpensslHandle<EVP_PKEY, EVP_PKEY_free>;
using KeyContextHandle = OpensslHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using MdContextHandle = OpensslHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
using X509Handle = OpensslHandle<X509, X509_free>;

// The reason of the last failed call, with this thread's error queue drained: a stale entry would be blamed on the next call.
[[nodiscard]] Error openssl_error(std::string_view call);
void clear_openssl_errors();

}  // namespace base
