#include "exchange/brought.h"

namespace bashu::exchange {

bool Brought::lacks_key(Names& of, const std::string& id) {
  const auto fresh = keys_.find(id);
  if (fresh == keys_.end()) return !vault_.key(id);
  ++fresh->second;
  of.keys.push_back(id);
  return false;
}

void Brought::put_key(Names& of, const std::string& id, std::string_view key) {
  vault_.put_key(id, key);
  ++keys_[id];
  of.keys.push_back(id);
}

// If the wish cannot be written the document is missed, not the message.
void Brought::want(Names& of, const std::string& document, const std::string& party) {
  auto fresh = wishes_.find(document);
  if (blobs_.has(document) && fresh == wishes_.end()) return;
  if (fresh == wishes_.end()) {
    fresh = wishes_.emplace(document, Wish{.before = blobs_.wanted_of(document)}).first;
  }
  ++fresh->second.on_their_way;
  of.documents.push_back(document);
  static_cast<void>(blobs_.want(document, party));
}

void Brought::taken(const Names& of) {
  for (const std::string& id : of.keys) keys_.erase(id);
  for (const std::string& name : of.documents) wishes_.erase(name);
}

void Brought::refused(const Names& of) {
  to_forget_ = true;
  for (const std::string& id : of.keys) {
    if (const auto it = keys_.find(id); it != keys_.end()) --it->second;
  }
  for (const std::string& name : of.documents) {
    if (const auto it = wishes_.find(name); it != wishes_.end()) --it->second.on_their_way;
  }
}

void Brought::forget() {
  if (!to_forget_) return;
  to_forget_ = false;
  std::erase_if(keys_, [&](const auto& one) {
    if (one.second > 0) return false;
    vault_.forget(one.first);
    return true;
  });
  std::erase_if(wishes_, [&](const auto& one) {
    if (one.second.on_their_way > 0) return false;
    if (one.second.before) {
      static_cast<void>(blobs_.want(one.first, *one.second.before));
    } else {
      blobs_.give_up(one.first);
    }
    return true;
  });
}

}  // namespace bashu::exchange
