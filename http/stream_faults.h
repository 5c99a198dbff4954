// For tests: makes chosen operations of streams go wrong, as networks and peers do. Servers and clients take one in
// their options and give it to every stream that they make; with none, an operation pays one comparison.
#pragma once

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <span>

namespace http {

class StreamFaults {
public:
    enum class Operation { handshake, read, write, wait };  // of bytes, or for the socket to be ready
    enum class Fault {
        none,
        error,  // as when the peer resets the connection: nothing moves on it any more
        end,    // a read: the peer's end; anything else: an error
        time_out,
        one_byte,  // a read or write that moves one byte; of anything else: none
    };
    virtual ~StreamFaults() = default;
    // What becomes of the operation that is about to happen. Called on the stream's thread.
    [[nodiscard]] virtual Fault next(Operation operation) = 0;
};

// True of what ends an operation.
[[nodiscard]] inline bool fails(StreamFaults::Fault fault) {
    return fault != StreamFaults::Fault::none && fault != StreamFaults::Fault::one_byte;
}

// True of what ends the connection in both directions. A peer's end leaves ours open.
[[nodiscard]] inline bool breaks(StreamFaults::Fault fault, StreamFaults::Operation operation) {
    using Fault = StreamFaults::Fault;
    return fault == Fault::error || (fault == Fault::end && operation != StreamFaults::Operation::read);
}

// Of what is to be written; empty if that is.
[[nodiscard]] inline boost::asio::const_buffer first_byte(std::span<const boost::asio::const_buffer> parts) {
    const auto first = std::ranges::find_if(parts, [](const auto& part) { return part.size() > 0; });
    return first == parts.end() ? boost::asio::const_buffer() : boost::asio::buffer(*first, 1);
}

}  // namespace http
