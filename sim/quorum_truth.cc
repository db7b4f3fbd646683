#include "quorum_truth.h"

#include <variant>

#include "evidence/entry.h"
#include "node/replay.h"
#include "node/snapshot.h"

namespace bashu::sim {

namespace {

Broken broken(const char* check, std::string detail) {
  return {.check = check, .detail = std::move(detail)};
}

}  // namespace

std::optional<Broken> QuorumTruth::follow() {
  const QuorumDatabase::Log& log = database_.log();
  const std::size_t known = held_.log.size();
  const bool goes_on = known == 0 || (known <= log.size() && held_.log.back() == log[known - 1]);
  if (!goes_on || !held_.state) {
    held_ = {};
    held_.state = std::make_unique<core::State>("sichuan");
  }
  for (std::size_t i = held_.log.size(); i < log.size(); ++i) {
    held_.log.push_back(log[i]);
    if (auto wrong = take(*log[i])) return wrong;
  }
  return look();
}

std::optional<Broken> QuorumTruth::take(const QuorumDatabase::Row& row) {
  using Kind = QuorumDatabase::Row::Kind;
  if (row.kind == Kind::raise) {
    if (row.epoch <= held_.epoch) return broken("fence", "an epoch was raised twice");
    held_.epoch = row.epoch;
  }
  if (row.kind != Kind::commit) return std::nullopt;
  if (row.epoch != held_.epoch) {
    return broken("fence", "a commit of epoch " + std::to_string(row.epoch) + " after epoch " +
                               std::to_string(held_.epoch) + " began");
  }
  if (row.commit.first != held_.size) {
    return broken("fence", "a commit that does not follow the one before");
  }
  return take(row.commit);
}

std::optional<Broken> QuorumTruth::take(const journal::Commit& commit) {
  const auto record = evidence::decode_commit(commit.record);
  const auto done = record ? node::replay(*record, held_.size, *held_.state,
                                          [this](const core::Event& event) { saw(event); })
                           : std::unexpected{Fault{.what = "no commit"}};
  held_.size = commit.first + commit.count;
  if (!done) return broken("fence", "the journal cannot be replayed: " + done.error().what);
  held_.at[held_.size] = {.checkpoint = record->checkpoint,
                          .state = node::state_digest(*held_.state)};
  return std::nullopt;
}

void QuorumTruth::saw(const core::Event& event) {
  if (const auto* changed = std::get_if<core::CaseChanged>(&event)) {
    for (std::string& key : node::sealing_keys(changed->input)) held_.keys.insert(std::move(key));
    if (changed->event == "$start") ++held_.asked[changed->input.text_at("subject")];
  } else if (const auto* order = std::get_if<core::PrivacyOrdered>(&event)) {
    held_.ordered.insert(order->keys.begin(), order->keys.end());
  } else if (const auto* ended = std::get_if<core::PrivacyOrderEnded>(&event)) {
    const auto& keys = held_.state->circle().orders.at(ended->number).order.keys;
    held_.destroyed.insert(keys.begin(), keys.end());
  }
}

std::optional<Broken> QuorumTruth::look() const {
  for (const auto& [size, checkpoint] : acknowledged_) {
    const auto found = held_.at.find(size);
    if (found == held_.at.end() || found->second.checkpoint != checkpoint) {
      return broken("durable", "the commit that ends at " + std::to_string(size) +
                                   " was acknowledged and is gone");
    }
  }
  const auto& keys = vault_.now().keys;
  for (const std::string& key : held_.keys) {
    const bool there = keys.contains(key);
    if (!there && !held_.ordered.contains(key)) {
      return broken("vault", key + " seals a value of the journal and is gone");
    }
    if (there && held_.destroyed.contains(key)) {
      return broken("vault", key + " was destroyed and is back");
    }
  }
  for (const auto& [subject, times] : held_.asked) {
    if (times > 1) return broken("once", subject + " was asked for once and is there twice");
  }
  return std::nullopt;
}

std::optional<Broken> QuorumTruth::compare(const std::string& name, node::Kernel& kernel) const {
  const auto here = held_.at.find(kernel.durable());
  // It followed what was lost since, and will find that out.
  if (here == held_.at.end() || here->second.checkpoint != kernel.archive().checkpoint()) {
    return std::nullopt;
  }
  const std::string at = " at " + std::to_string(kernel.durable());
  if (here->second.state != node::state_digest(kernel.state())) {
    return broken("standby", name + " holds another state than the journal" + at);
  }
  for (const auto& [number, one] : kernel.state().circle().orders) {
    if (!one.ended) continue;
    for (const std::string& key : one.order.keys) {
      if (kernel.vault().key(key)) return broken("vault", name + " still reads " + key + at);
    }
  }
  return std::nullopt;
}

std::string QuorumTruth::trace() const {
  std::string all;
  for (const auto& [size, at] : held_.at) all += std::to_string(size) + hex(at.state);
  return hex(sha256(all));
}

}  // namespace bashu::sim
