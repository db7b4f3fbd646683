// A document too large for one blob: its parts, each a blob of its own under the same key, and a
// list of them in clear, which is the blob that a case names.
//
//     bashu.parts/v1 LF
//     NAME SP SIZE LF      of each part, in order: its blob, and its bytes in clear
//
// The digest of the list stands in what was signed, and each name in it is a digest again, so no
// part can be exchanged, left out or moved. Parts travel and are kept as every blob.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "exchange/blobs.h"

namespace bashu::exchange {

inline constexpr std::size_t kLargeMax = 1u << 30;  // bytes of a document, in clear
inline constexpr std::size_t kPartsMax = 1'024;

struct Part {
  std::string name;      // of its blob
  std::size_t size = 0;  // in clear
  bool operator==(const Part&) const = default;
};
[[nodiscard]] std::string list_of_parts(const std::vector<Part>& parts);
// nullopt if the blob is no such list, and for one beyond the bounds.
[[nodiscard]] std::optional<std::vector<Part>> parts_in(std::string_view blob);

// A document's blob, and all that its bytes are in. nullopt: some of it is not here.
struct WholeDocument {
  std::string blob;
  std::vector<Part> parts;  // empty: it is in `blob` alone
};
[[nodiscard]] std::optional<WholeDocument> find_document(const Blobs& blobs, std::string_view name);
// Its bytes, piece after piece, while `take` says true. False if a piece is damaged, or was taken
// away meanwhile.
[[nodiscard]] bool read_document(const Blobs& blobs, const WholeDocument& document,
                                 std::string_view key,
                                 const std::function<bool(std::string_view)>& take);
// With its parts. Of a document that nothing names.
void remove_document(Blobs& blobs, std::string_view name);

}  // namespace bashu::exchange
