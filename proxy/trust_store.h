// The trusted roots by the names that [trust.NAME] gives them. Immutable once built; published as a snapshot.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sigstore/trusted_root.h"

namespace proxy {

class TrustStore {
public:
    void add(std::string name, std::shared_ptr<const sigstore::TrustedRoot> root) { roots_.insert_or_assign(std::move(name), std::move(root)); }
    // Null where no trust has that name; the configuration loader lets no such rule through.
    [[nodiscard]] std::shared_ptr<const sigstore::TrustedRoot> find(const std::string& name) const {
        const auto found = roots_.find(name);
        return found == roots_.end() ? nullptr : found->second;
    }

private:
    std::map<std::string, std::shared_ptr<const sigstore::TrustedRoot>> roots_;
};

}  // namespace proxy
