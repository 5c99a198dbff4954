#include "cli/serve.h"

#include "cli/configuration.h"
#include "cli/exit_code.h"
#include "proxy/app.h"

namespace cli {

int serve(const std::filesystem::path& file) {
    auto config = read_configuration(file);
    if (!config) return kWrongUsage;
    return proxy::serve(*std::move(config));
}

}  // namespace cli
