#include "exchange/erased.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/privacy/documents.h"
#include "core/privacy/privacy.h"
#include "core/state.h"
#include "exchange/parts.h"
#include "node/storage/object_files.h"
#include "node/vault.h"

namespace bashu::exchange {

namespace {

constexpr std::string_view kDone = "erased-documents";

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
  for (const std::string& key : order.keys) {
    for (std::string& name : core::earlier_documents_under(state, key)) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

// Grows with each order, and with each that ends.
std::size_t changes_of(const core::Orders& orders) {
  return orders.size() + static_cast<std::size_t>(std::ranges::count_if(
                             orders, [](const auto& one) { return one.second.ended.has_value(); }));
}

}  // namespace

void ErasedDocuments::read_done() {
  std::istringstream text{files_.read(kDone).value_or("")};
  std::int64_t number = 0;
  text >> number;
  done_ = number;
  for (std::string name; text >> name;) held_.insert(std::move(name));
}

void ErasedDocuments::write_done(std::int64_t last, std::set<std::string> held) {
  std::string text = std::to_string(last) + "\n";
  for (const std::string& name : held) text += name + "\n";
  if (!files_.write(kDone, text)) return;
  done_ = last;
  held_ = std::move(held);
}

void ErasedDocuments::begin() {
  std::int64_t last = *done_;
  std::set<std::string, std::less<>> documents;
  query_([&](const core::State& state) {
    const core::Orders& orders = state.circle().orders;
    for (auto it = orders.upper_bound(last); it != orders.end(); ++it) {
      const core::Order& one = it->second;
      if (one.order.kind == "erase" && !one.ended) break;  // its keys are still to be destroyed
      last = it->first;
      if (one.order.kind != "erase") continue;
      for (std::string& name : documents_of(state, one.order)) documents.insert(std::move(name));
    }
    const std::pair now{state.circle().today, changes_of(orders)};
    if (now != tried_) documents.insert(held_.begin(), held_.end());
    tried_ = now;
  });
  if (documents.empty()) {
    if (last != *done_) write_done(last, {});
    return;
  }
  auto names = documents;
  std::map<std::string, std::vector<Part>> all;
  for (const std::string& name : documents) {
    const auto blob = blobs_.get(name);
    std::vector<Part> parts = parts_in(blob.value_or("")).value_or(std::vector<Part>{});
    for (const Part& part : parts) names.insert(part.name);
    all.emplace(name, std::move(parts));
  }
  removal_.emplace(Removal{
      .last = last, .documents = std::move(all), .named = NamedDocuments{std::move(names)}});
}

// Whether it has seen everything.
bool ErasedDocuments::search() {
  constexpr std::size_t kLookMax = 2'000;
  constexpr std::chrono::milliseconds kAtOnce{100};
  NamedDocuments& named = removal_->named;
  const auto begun = std::chrono::steady_clock::now();
  for (bool more = true; more;) {
    query_([&](const core::State& state) { more = named.look(state, kLookMax); });
    for (const std::string& name : named.take_large()) {
      const auto blob = files_.map("blobs/" + name);
      const auto parts = blob ? parts_in(blob->bytes) : std::nullopt;
      if (parts) named.take_parts(name, *parts);
    }
    if (more && std::chrono::steady_clock::now() - begun > kAtOnce) return false;
  }
  return true;
}

void ErasedDocuments::remove() {
  const NamedDocuments& named = removal_->named;
  std::set<std::string> kept;
  for (const auto& [name, parts] : removal_->documents) {
    if (named.is_kept(name)) kept.insert(name);
    for (const Part& part : named.is_kept(name) ? parts : std::vector<Part>{}) {
      kept.insert(part.name);
    }
  }
  std::set<std::string> held;
  const auto go = [&](const std::string& name) {
    if (kept.contains(name) || named.is_kept(name)) return;
    blobs_.remove(name);
    blobs_.give_up(name);
  };
  for (const auto& [name, parts] : removal_->documents) {
    for (const Part& part : parts) go(part.name);
    go(name);
    if (named.is_held(name)) held.insert(name);
    if (node::documents_away(files_)) {  // again, when it is back
      removal_.reset();
      tried_ = {};
      return;
    }
  }
  const std::int64_t last = removal_->last;
  removal_.reset();
  write_done(last, std::move(held));
}

void ErasedDocuments::tick() {
  if (node::documents_away(files_)) return;
  if (!done_) read_done();
  if (!removal_) begin();
  if (removal_ && search()) remove();
}

}  // namespace bashu::exchange
