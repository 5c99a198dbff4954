#include "test/support/vector_registry.h"

#include <boost/asio/co_spawn.hpp>

#include <stdexcept>

#include "base/file.h"
#include "base/json_reader.h"
#include "base/json_writer.h"
#include "registry/route.h"
#include "test/support/source_dir.h"

namespace test {
namespace {

constexpr std::size_t kFileLimit = 4 * 1024 * 1024;

base::Bytes read(const std::string& path) {
    auto content = base::read_file(path, kFileLimit);
    if (!content) throw std::runtime_error(content.error().message());
    return *std::move(content);
}

std::string text_of(const base::json::Reader& reader, std::string_view member) {
    const auto value = reader.at(member);
    return value ? std::string(value->string().value_or("")) : std::string();
}

Answer not_found(std::string_view code) {
    Answer answer;
    answer.status = 404;
    answer.headers.set("Content-Type", "application/json");
    answer.body = base::to_bytes("{\"errors\":[{\"code\":\"" + std::string(code) + "\"}]}");
    return answer;
}

Answer content(std::string_view type, const base::Bytes& bytes) {
    Answer answer;
    answer.headers.set("Content-Type", type);
    answer.headers.set("Docker-Content-Digest", base::Digest::sha256_of(bytes).to_string());
    answer.body = bytes;
    return answer;
}

http::asio::awaitable<void> stop(http::Server& server, http::asio::io_context& io) {
    co_await server.stop(std::chrono::milliseconds(0));
    io.stop();
}

}  // namespace

std::string images_folder() { return source_dir() + "/test/data/images"; }

VectorRegistry::VectorRegistry(bool referrers_api) : referrers_api_(referrers_api), io_(1) {
    auto handler = [this](http::Exchange& exchange) { return handle(exchange); };
    server_ = std::make_unique<http::Server>(io_, http::ServerOptions(), std::move(handler), [](std::string_view, std::string_view) {});
    const auto port = server_->listen(http::Listener{"127.0.0.1:0", nullptr});
    if (!port) throw std::runtime_error(port.error().message());
    port_ = *port;
    thread_ = std::thread([this] {
        const auto work = http::asio::make_work_guard(io_);
        io_.run();
    });
}

VectorRegistry::~VectorRegistry() {
    http::asio::co_spawn(io_, stop(*server_, io_), [](const std::exception_ptr&) {});
    thread_.join();
    server_.reset();
    io_.restart();
    io_.poll();
}

std::string VectorRegistry::load(const std::string& vector, const std::string& repository) {
    const auto folder = images_folder() + "/" + vector;
    const auto refs = read(folder + "/refs.json");
    const auto document = base::json::parse(base::as_text(refs)).value();
    std::string image;
    const auto entries = base::json::Reader(document).items(100).value();
    for (const auto& entry : entries) {
        const auto digest = text_of(entry, "digest");
        const auto tag_name = text_of(entry, "tag");
        const auto type = text_of(entry, "mediaType");
        const auto bytes = read(folder + "/blobs/sha256/" + digest.substr(7));
        const auto parsed = registry::Manifest::parse(type, bytes);
        const std::lock_guard lock(mutex_);
        auto& stored = repositories_[repository];
        stored.manifests[digest] = Stored{type, bytes};
        if (!tag_name.empty()) stored.tags[tag_name] = digest;
        if (text_of(entry, "role") == "image") image = digest;
        if (!parsed || parsed->kind() != registry::ManifestKind::image) continue;
        std::vector<registry::Descriptor> blobs(parsed->layers().begin(), parsed->layers().end());
        blobs.push_back(*parsed->config());
        for (const auto& blob : blobs) stored.blobs[blob.digest.to_string()] = read(folder + "/blobs/sha256/" + blob.digest.hex());
    }
    return image;
}

std::string VectorRegistry::put_manifest(const std::string& repository, const std::string& media_type, const std::string& json) {
    auto bytes = base::to_bytes(json);
    const auto digest = base::Digest::sha256_of(bytes).to_string();
    const std::lock_guard lock(mutex_);
    repositories_[repository].manifests[digest] = Stored{media_type, std::move(bytes)};
    return digest;
}

std::string VectorRegistry::put_blob(const std::string& repository, base::Bytes bytes) {
    const auto digest = base::Digest::sha256_of(bytes).to_string();
    const std::lock_guard lock(mutex_);
    repositories_[repository].blobs[digest] = std::move(bytes);
    return digest;
}

void VectorRegistry::tag(const std::string& repository, const std::string& tag_name, const std::string& digest) {
    const std::lock_guard lock(mutex_);
    repositories_[repository].tags[tag_name] = digest;
}

void VectorRegistry::intercept(Intercept function) {
    const std::lock_guard lock(mutex_);
    intercept_ = std::move(function);
}

std::vector<std::string> VectorRegistry::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void VectorRegistry::forget_requests() {
    const std::lock_guard lock(mutex_);
    requests_.clear();
}

Answer VectorRegistry::manifest(const std::string& repository, const std::string& reference) {
    const auto& stored = repositories_[repository];
    const auto tagged = stored.tags.find(reference);
    const auto found = stored.manifests.find(tagged == stored.tags.end() ? reference : tagged->second);
    if (found == stored.manifests.end()) return not_found("MANIFEST_UNKNOWN");
    return content(found->second.media_type, found->second.bytes);
}

Answer VectorRegistry::referrers(const std::string& repository, const std::string& subject) {
    if (!referrers_api_) return not_found("UNSUPPORTED");
    base::json::ArrayWriter listed;
    for (const auto& [digest, stored] : repositories_[repository].manifests) {
        const auto parsed = registry::Manifest::parse(stored.media_type, stored.bytes);
        if (!parsed || !parsed->subject() || parsed->subject()->digest.to_string() != subject) continue;
        base::json::ObjectWriter descriptor;
        descriptor.add("mediaType", stored.media_type).add("digest", digest).add("size", static_cast<std::int64_t>(stored.bytes.size()));
        descriptor.add("artifactType", parsed->artifact_type());
        listed.add_raw(descriptor.text());
    }
    base::json::ObjectWriter index;
    index.add("schemaVersion", std::int64_t{2}).add("mediaType", registry::kOciIndex).add_raw("manifests", listed.text());
    return content(registry::kOciIndex, base::to_bytes(index.text()));
}

Answer VectorRegistry::answer(const http::RequestHead& head) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(head.method + " " + head.target);
    if (intercept_) {
        if (auto answer = intercept_(head)) return *std::move(answer);
    }
    const auto route = registry::parse_route(head.method, head.target);
    if (!route) return not_found("UNSUPPORTED");
    if (const auto* wanted = std::get_if<registry::ManifestRoute>(&route->endpoint)) {
        if (head.method == "PUT") return Answer{201, {}, {}};
        return manifest(wanted->repository.text(), wanted->reference.text());
    }
    if (const auto* wanted = std::get_if<registry::BlobRoute>(&route->endpoint)) {
        const auto& blobs = repositories_[wanted->repository.text()].blobs;
        const auto found = blobs.find(wanted->digest.to_string());
        return found == blobs.end() ? not_found("BLOB_UNKNOWN") : content("application/octet-stream", found->second);
    }
    if (const auto* wanted = std::get_if<registry::ReferrersRoute>(&route->endpoint)) {
        return referrers(wanted->repository.text(), wanted->subject.to_string());
    }
    return content("application/json", base::to_bytes("{}"));
}

http::Async<void> VectorRegistry::handle(http::Exchange& exchange) {
    CO_TRY_VOID(co_await http::read_all(exchange.body(), kFileLimit));
    auto given = answer(exchange.head());
    http::ResponseHead head;
    head.status = given.status;
    head.headers = std::move(given.headers);
    co_return co_await exchange.respond(std::move(head), given.body);
}

}  // namespace test
