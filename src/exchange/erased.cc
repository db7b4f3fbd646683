#include "exchange/erased.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "core/privacy/privacy.h"
#include "core/state.h"
#include "exchange/parts.h"
#include "node/storage/object_files.h"
#include "node/vault.h"

namespace bashu::exchange {

namespace {

constexpr std::string_view kDone = "erased-documents";

void collect(const Value& value, std::vector<KeyedDocument>& into) {
  const std::vector<std::string> names = documents_in(value);
  if (names.empty()) return;
  if (const Value::List* list = value.as_list()) {
    for (const Value& item : *list) collect(item, into);
  } else if (const Value::Record* record = value.as_record()) {
    if (names.front() == value.text_at("sha256")) {
      const auto keys = node::sealing_keys(value);
      into.push_back({names.front(), keys.empty() ? value.text_at("dek") : keys.front()});
    }
    for (const auto& [member, inner] : *record) collect(inner, into);
  }
}

void collect(const Value& value, const core::PrivacyOrdered& order,
             std::vector<std::string>& into) {
  for (KeyedDocument& one : keyed_documents(value)) {
    if (std::ranges::find(order.keys, one.key) != order.keys.end()) {
      into.push_back(std::move(one.sha256));
    }
  }
}

std::vector<std::string> documents_of(const core::State& state, const core::PrivacyOrdered& order) {
  std::vector<std::string> names;
  for (const core::CaseId& id : order.cases) {
    if (const core::Case* one = state.find_case(id)) collect(one->data, order, names);
  }
  for (const std::string& place : order.records) {
    const auto [reg, key] = core::record_of(place);
    if (const core::Record* one = state.find_record(reg, key)) collect(one->fields, order, names);
  }
  return names;
}

}  // namespace

std::vector<KeyedDocument> keyed_documents(const Value& value) {
  std::vector<KeyedDocument> found;
  collect(value, found);
  return found;
}

void ErasedDocuments::tick() {
  if (node::documents_away(node_.storage().files())) return;
  node::FileStore& files = node_.storage().files();
  if (!done_) {
    const std::string text = files.read(kDone).value_or("");
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    done_ = number;
  }
  std::int64_t last = *done_;
  std::vector<std::string> names;
  node_.query([&](const core::State& state) {
    const core::Orders& orders = state.circle().orders;
    for (auto it = orders.upper_bound(last); it != orders.end(); ++it) {
      const core::Order& one = it->second;
      if (one.order.kind == "erase" && !one.ended) break;  // its keys are still to be destroyed
      last = it->first;
      if (one.order.kind != "erase") continue;
      std::ranges::move(documents_of(state, one.order), std::back_inserter(names));
    }
  });
  if (last == *done_) return;
  for (const std::string& name : names) {
    remove_document(blobs_, name);
    blobs_.give_up(name);
    if (node::documents_away(node_.storage().files())) return;  // again, when it is back
  }
  if (files.write(kDone, std::to_string(last) + "\n")) done_ = last;
}

}  // namespace bashu::exchange
