#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace base {
namespace {

class FileDescriptor {
public:
    explicit FileDescriptor(int value) : value_(value) {}
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() {
        if (value_ >= 0) ::close(value_);
    }
    [[nodiscard]] int get() const { return value_; }

private:
    int value_;
};

std::unexpected<Error> cannot_read(const std::filesystem::path& path, int reason) {
    const auto code = reason == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable;
    return fail(code, "cannot read " + path.string() + ": " + std::generic_category().message(reason));
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return cannot_read(path, errno);
    Bytes content;
    constexpr std::size_t kStep = 64 * 1024;
    while (true) {
        const auto used = content.size();
        content.resize(used + kStep);
        const auto count = ::read(file.get(), content.data() + used, kStep);
        if (count < 0 && errno == EINTR) {
            content.resize(used);
            continue;
        }
        if (count < 0) return cannot_read(path, errno);
        content.resize(used + static_cast<std::size_t>(count));
        if (count == 0) return content;
        if (content.size() > limit) {
            return fail(ErrorCode::too_large, path.string() + " is larger than " + std::to_string(limit) + " bytes");
        }
    }
}

}  // namespace base
