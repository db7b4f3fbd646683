#include "exchange/blobs.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/bytes.h"
#include "exchange/beside.h"

namespace bashu::exchange {

namespace {

constexpr std::string_view kAad = "bashu.blob/v1\n";
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kKeySize = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;

unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

bool is_name(std::string_view name) { return hash_from_hex(name).has_value(); }

std::string file_of(std::string_view name) { return "blobs/" + std::string{name}; }
std::string wish_of(std::string_view name) { return "blobs/wanted/" + std::string{name}; }

// A store that is slow to take one document keeps few others waiting, and no wish.
std::mutex& writing(std::string_view name) {
  static std::array<std::mutex, 256> all;
  return all.at(hash_from_hex(name).value().front());
}

// The mark is one file, whichever document is the first.
std::mutex& marking() {
  static std::mutex one;
  return one;
}

void collect(const Value& value, std::vector<std::string>& into) {
  if (const Value::List* list = value.as_list()) {
    for (const Value& item : *list) collect(item, into);
  } else if (const Value::Record* record = value.as_record()) {
    const std::string name = value.text_at("sha256");
    if (is_name(name) && record->contains("media") && record->contains("size") &&
        std::find(into.begin(), into.end(), name) == into.end()) {
      into.push_back(name);
    }
    for (const auto& [member, inner] : *record) collect(inner, into);
  }
}

}  // namespace

std::string encrypt_document(std::string_view bytes, std::string_view key, std::string_view nonce) {
  BASHU_ASSERT(key.size() == kKeySize && nonce.size() == kNonceSize);
  BASHU_ASSERT(bytes.size() <= kDocumentMax);
  std::string blob{nonce};
  blob.resize(kNonceSize + bytes.size() + kTagSize);
  unsigned long long length = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(blob) + kNonceSize, &length, raw(bytes),
                                             bytes.size(), raw(kAad), kAad.size(), nullptr,
                                             raw(nonce), raw(key));
  BASHU_ASSERT(length == bytes.size() + kTagSize);
  return blob;
}

std::optional<std::string> decrypt_document(std::string_view blob, std::string_view key) {
  if (key.size() != kKeySize || blob.size() < kNonceSize + kTagSize || blob.size() > kBlobMax) {
    return std::nullopt;
  }
  const std::string_view box = blob.substr(kNonceSize);
  std::string bytes(box.size() - kTagSize, '\0');
  unsigned long long length = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(raw(bytes), &length, nullptr, raw(box), box.size(),
                                                 raw(kAad), kAad.size(), raw(blob),
                                                 raw(key)) != 0) {
    return std::nullopt;
  }
  return bytes;
}

std::vector<std::string> documents_in(const Value& value) {
  std::vector<std::string> names;
  collect(value, names);
  return names;
}

std::expected<std::string, Fault> Blobs::put(std::string_view blob) {
  if (blob.size() > kBlobMax) return std::unexpected{Fault{"a document is larger than 16 MiB"}};
  std::string name = hex(sha256(blob));
  const std::lock_guard lock{writing(name)};
  if (!has(name)) {
    if (auto written = files_.write(file_of(name), blob); !written) {
      return std::unexpected{std::move(written.error())};
    }
    const std::lock_guard mark{marking()};
    if (!files_.has(kKeptMark)) {
      if (auto marked = files_.write(kKeptMark, name); !marked) {
        return std::unexpected{std::move(marked.error())};
      }
    }
  }
  give_up(name);
  return name;
}

std::optional<std::string> Blobs::get(std::string_view name) const {
  if (!is_name(name)) return std::nullopt;
  auto blob = files_.read(file_of(name));
  if (!blob || hex(sha256(*blob)) != name) return std::nullopt;
  return std::move(*blob);
}

bool Blobs::has(std::string_view name) const { return is_name(name) && files_.has(file_of(name)); }

std::expected<void, Fault> Blobs::want(std::string_view name, std::string_view party) {
  if (!is_name(name) || has(name)) return {};
  const std::lock_guard lock{mutex_};
  return files_.write(wish_of(name), party);
}

std::vector<Blobs::Wanted> Blobs::wanted() const {
  std::vector<Wanted> all;
  for (std::string& name : files_.list("blobs/wanted")) {
    if (!is_name(name)) continue;
    if (auto party = files_.read(wish_of(name))) {
      all.push_back({std::move(name), std::move(*party)});
    }
  }
  return all;
}

std::optional<std::string> Blobs::wanted_of(std::string_view name) const {
  if (!is_name(name)) return std::nullopt;
  auto party = files_.read(wish_of(name));
  return party ? std::optional{std::move(*party)} : std::nullopt;
}

void Blobs::remove(std::string_view name) {
  if (!is_name(name)) return;
  const std::lock_guard lock{writing(name)};
  // Before it goes: what is not marked is not missed.
  const std::lock_guard mark{marking()};
  if (files_.read(kKeptMark).value_or("") == name) files_.remove(kKeptMark);
  files_.remove(file_of(name));
}

void Blobs::give_up(std::string_view name) {
  if (is_name(name)) files_.remove(wish_of(name));
}

}  // namespace bashu::exchange
