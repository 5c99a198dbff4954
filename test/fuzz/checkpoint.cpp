// Signed notes (C2SP signed-note and tlog-checkpoint): the grammar has one spelling for everything, so what is read can be written back
// to the same bytes; and no log of test/data/images signed anything but its own checkpoints.
#include "sigstore/checkpoint.h"

#include <algorithm>

#include "test/fuzz/property.h"
#include "test/fuzz/signed_images.h"

namespace {

using fuzz::require;
using sigstore::Checkpoint;

std::string written(const Checkpoint& checkpoint) {
    std::string note = checkpoint.text() + "\n";
    for (const auto& signature : checkpoint.signatures()) {
        base::Bytes bytes(signature.hint.begin(), signature.hint.end());
        bytes.insert(bytes.end(), signature.signature.begin(), signature.signature.end());
        note += "\u2014 " + signature.name + " " + base::base64_encode(bytes) + "\n";
    }
    return note;
}

bool is_genuine(const Checkpoint& checkpoint) {
    const auto has_text = [&](const std::string& note) { return note.starts_with(checkpoint.text() + "\n"); };
    return std::ranges::any_of(fuzz::signed_checkpoints(), has_text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto note = fuzz::as_text(data, size);
    const auto checkpoint = Checkpoint::parse(note, "checkpoint");
    if (!checkpoint) {
        require(checkpoint.error().code == sigstore::FailureCode::checkpoint, "every failure is about the checkpoint");
        return 0;
    }
    require(written(*checkpoint) == note, "what is read is all that stands there");
    require(!checkpoint->signatures().empty() && checkpoint->signatures().size() <= 32, "1 to 32 signatures");
    const auto lines = std::ranges::count(checkpoint->text(), '\n');
    require(lines >= 3 && checkpoint->text().starts_with(checkpoint->origin() + "\n" + std::to_string(checkpoint->size()) + "\n"),
            "origin and size are the first lines");
    for (const auto& log : fuzz::signed_images_root().logs()) {
        if (checkpoint->verify_v1(log) || checkpoint->verify_v2(log)) require(is_genuine(*checkpoint), "no log signed this text");
    }
    return 0;
}
