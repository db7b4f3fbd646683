#include "exchange/parts.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace bashu::exchange {

namespace {

constexpr std::string_view kHead = "bashu.parts/v1\n";
constexpr std::size_t kNameSize = 64;

// One line without its LF.
std::optional<Part> part_in(std::string_view line) {
  if (line.size() < kNameSize + 2 || line[kNameSize] != ' ') return std::nullopt;
  Part part{.name = std::string{line.substr(0, kNameSize)}};
  const std::string_view digits = line.substr(kNameSize + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), part.size);
  const bool good = error == std::errc{} && end == digits.data() + digits.size() &&
                    digits.front() != '0' && part.size <= kDocumentMax;
  if (!good || !hash_from_hex(part.name)) return std::nullopt;
  return part;
}

}  // namespace

std::string list_of_parts(const std::vector<Part>& parts) {
  std::string list{kHead};
  for (const Part& part : parts) list += part.name + ' ' + std::to_string(part.size) + '\n';
  return list;
}

std::optional<std::vector<Part>> parts_in(std::string_view blob) {
  if (!blob.starts_with(kHead)) return std::nullopt;
  std::vector<Part> parts;
  std::size_t size = 0;
  for (std::string_view rest = blob.substr(kHead.size()); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    auto part = end == std::string_view::npos ? std::nullopt : part_in(rest.substr(0, end));
    if (!part || parts.size() == kPartsMax) return std::nullopt;
    size += part->size;
    parts.push_back(*std::move(part));
    rest.remove_prefix(end + 1);
  }
  if (parts.empty() || size > kLargeMax) return std::nullopt;
  return parts;
}

std::optional<WholeDocument> find_document(const Blobs& blobs, std::string_view name) {
  auto blob = blobs.get(name);
  if (!blob) return std::nullopt;
  WholeDocument whole{.blob = *std::move(blob), .parts = {}};
  whole.parts = parts_in(whole.blob).value_or(std::vector<Part>{});
  const bool here =
      std::ranges::all_of(whole.parts, [&](const Part& part) { return blobs.has(part.name); });
  return here ? std::optional{std::move(whole)} : std::nullopt;
}

bool read_document(const Blobs& blobs, const WholeDocument& document, std::string_view key,
                   const std::function<bool(std::string_view)>& take) {
  if (document.parts.empty()) {
    const auto bytes = decrypt_document(document.blob, key);
    if (bytes) static_cast<void>(take(*bytes));
    return bytes.has_value();
  }
  for (const Part& part : document.parts) {
    const auto blob = blobs.get(part.name);
    const auto bytes = blob ? decrypt_document(*blob, key) : std::nullopt;
    if (!bytes || bytes->size() != part.size) return false;
    if (!take(*bytes)) return true;
  }
  return true;
}

void remove_document(Blobs& blobs, std::string_view name) {
  if (const auto blob = blobs.get(name)) {
    for (const Part& part : parts_in(*blob).value_or(std::vector<Part>{})) blobs.remove(part.name);
  }
  blobs.remove(name);
}

}  // namespace bashu::exchange
