#include "core/privacy/documents.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/bytes.h"

namespace bashu::core {

namespace {

// Beside counters and remembered answers, under names that no pack and no principal can have:
//
//     kNumbered   ""                     how many there are
//                 SHA256 SIZE/KEY PLACE  the number of this one; SIZE: bytes of KEY
//     kUnder      KEY                    how many are under it
//     kNth        N/KEY                  the number of the Nth of these
//     kEarlier    NUMBER                 what it is
constexpr std::string_view kNumbered = "#documents", kUnder = "#documents-under",
                           kNth = "#documents-nth", kEarlier = "#documents";

std::string nth_of(std::int64_t n, std::string_view key) {
  return std::to_string(n) + "/" + std::string{key};
}

void collect_keys(const Value& value, std::set<std::string>& ids) {
  if (const Value::List* list = value.as_list()) {
    for (const Value& item : *list) collect_keys(item, ids);
  } else if (const Value::Record* record = value.as_record()) {
    if (record->contains("$sealed")) {
      if (std::string id = value.text_at("dek"); !id.empty()) ids.insert(std::move(id));
      return;
    }
    for (const auto& [name, item] : *record) collect_keys(item, ids);
  }
}

void note_one(Store& store, const KeyedDocument& one, std::string_view place) {
  const std::string id = one.sha256 + std::to_string(one.key.size()) + "/" + one.key;
  const std::string whole = id + std::string{place};
  if (store.serial(kNumbered, whole) != 0) return;
  const std::int64_t number = store.serial(kNumbered, {}) + 1;
  store.set_serial(kNumbered, {}, number);
  store.set_serial(kNumbered, whole, number);
  store.set_remembered(kEarlier, std::to_string(number),
                       {.digest = one.sha256,
                        .answer = Value::List{one.key, one.size, place},
                        .on = store.circle().today});
  if (one.key.empty()) return;
  const std::int64_t n = store.serial(kUnder, one.key) + 1;
  store.set_serial(kUnder, one.key, n);
  store.set_serial(kNth, nth_of(n, one.key), number);
}

}  // namespace

std::vector<std::string> sealing_keys(const Value& value) {
  std::set<std::string> ids;
  collect_keys(value, ids);
  return {ids.begin(), ids.end()};
}

void each_document(const Value& value, const std::function<void(const KeyedDocument&)>& visit) {
  if (const Value::List* list = value.as_list()) {
    for (const Value& item : *list) each_document(item, visit);
  }
  const Value::Record* record = value.as_record();
  if (!record) return;
  const Value* name = value.find("sha256");
  if (name && name->as_text() && record->contains("media") && record->contains("size") &&
      hash_from_hex(*name->as_text())) {
    const std::vector<std::string> keys = sealing_keys(value);
    visit({.sha256 = *name->as_text(),
           .key = keys.empty() ? value.text_at("dek") : keys.front(),
           .size = value.int_at("size")});
  }
  for (const auto& [member, inner] : *record) each_document(inner, visit);
}

std::vector<KeyedDocument> keyed_documents(const Value& value) {
  std::vector<KeyedDocument> found;
  each_document(value, [&](const KeyedDocument& one) {
    const bool twice = std::ranges::any_of(
        found, [&](const KeyedDocument& other) { return other.sha256 == one.sha256; });
    if (!twice) found.push_back(one);
  });
  return found;
}

std::int64_t earlier_documents(const Store& store) { return store.serial(kNumbered, {}); }

EarlierDocument earlier_document(const Store& store, std::int64_t number) {
  const Remembered& row = *store.find_remembered(kEarlier, std::to_string(number));
  const Value::List& parts = *row.answer.as_list();
  return {
      .document = {.sha256 = row.digest, .key = *parts[0].as_text(), .size = *parts[1].as_int()},
      .place = *parts[2].as_text()};
}

std::vector<std::string> earlier_documents_under(const Store& store, std::string_view key) {
  std::vector<std::string> names;
  const std::int64_t count = store.serial(kUnder, key);
  for (std::int64_t n = 1; n <= count; ++n) {
    names.push_back(earlier_document(store, store.serial(kNth, nth_of(n, key))).document.sha256);
  }
  return names;
}

void GivingWay::see(const Value& value) {
  if (!value.as_record() && !value.as_list()) return;
  each_document(value, [&](const KeyedDocument& one) { seen_.push_back(one); });
}

void GivingWay::see(const Value& of, const Value& fields) {
  const Value::Record* written = fields.as_record();
  if (!written) return;
  for (const auto& [name, value] : *written) {
    if (const Value* before = of.find(name)) see(*before);
  }
}

void GivingWay::note(Store& store, std::string_view place, const Value& left) const {
  if (seen_.empty()) return;
  std::vector<KeyedDocument> there;
  each_document(left, [&](const KeyedDocument& one) { there.push_back(one); });
  for (const KeyedDocument& one : seen_) {
    const bool stays = std::ranges::any_of(there, [&](const KeyedDocument& other) {
      return other.sha256 == one.sha256 && other.key == one.key;
    });
    if (!stays) note_one(store, one, place);
  }
}

}  // namespace bashu::core
