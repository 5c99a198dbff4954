#include "proxy/config_files.h"

#include "base/file.h"
#include "proxy/config_values.h"

namespace proxy {

const ConfigFiles& files_of_disk() {
    static const ConfigFiles files{check_readable, base::read_file};
    return files;
}

}  // namespace proxy
