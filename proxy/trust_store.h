// The trusted roots by the names that [trust.NAME] gives them. Immutable once built; published as a snapshot.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sigstore/trusted_root.h"

namespace proxy {

struct NamedRoot {
    std::string name;     // of the [trust.NAME]
    std::string content;  // digest of the document: facts hold for exactly this trust material (design 7)
    std::shared_ptr<const sigstore::TrustedRoot> root;
};

class TrustStore {
public:
    void add(NamedRoot root) {
        auto name = root.name;
        roots_.insert_or_assign(std::move(name), std::move(root));
    }
    // Null where no trust has that name; the configuration loader lets no such rule through.
    [[nodiscard]] const NamedRoot* find(const std::string& name) const {
        const auto found = roots_.find(name);
        return found == roots_.end() ? nullptr : &found->second;
    }
    // Those of the names that are there, in that order.
    [[nodiscard]] std::vector<NamedRoot> all(std::span<const std::string> names) const {
        std::vector<NamedRoot> found;
        for (const auto& name : names) {
            if (const auto* root = find(name)) found.push_back(*root);
        }
        return found;
    }

private:
    std::map<std::string, NamedRoot> roots_;
};

}  // namespace proxy
