#include "node/replay.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/try.h"
#include "node/codec.h"
#include "packs/load.h"

namespace bashu::node {

namespace {

constexpr std::size_t kReadBytes = 8U << 20;

std::unexpected<Fault> fault(std::uint64_t index, const std::string& why) {
  return std::unexpected{Fault{.what = "journal entry " + std::to_string(index) + ": " + why}};
}

// Why a pack that was adopted cannot be carried out by this program; empty if it can.
std::string not_understood(const core::PackAdopted& adopted, const core::State& state) {
  const auto row = state.circle().packs.find(adopted.digest);
  if (adopted.source.empty() || (row != state.circle().packs.end() && row->second.pack)) return {};
  std::string why = "this program does not understand the pack " + adopted.digest +
                    " adopted there; start the one that adopted it, or a later one";
  for (const Finding& finding : packs::load_adopted(adopted.source).findings) {
    if (!finding.note) return why + " (" + finding.path + ": " + finding.text + ")";
  }
  return why;
}

std::expected<void, Fault> apply(std::uint64_t index, const Effects::value_type& events,
                                 core::State& state,
                                 const std::function<void(const core::Event&)>& seen,
                                 Replayed& done) {
  if (!events) return fault(index, events.error());
  for (const core::Event& event : *events) {
    state.apply(event);
    if (const auto* adopted = std::get_if<core::PackAdopted>(&event)) {
      if (auto why = not_understood(*adopted, state); !why.empty()) return fault(index, why);
    }
    if (seen) seen(event);
    const auto* feed = std::get_if<core::FeedTaken>(&event);
    done.weight += feed ? feed->lines.size() : 1;
  }
  return {};
}

// Of the last entry.
std::expected<std::int64_t, Fault> time_of(const evidence::CommitRecord& commit) {
  if (commit.entries.empty()) return 0;
  const auto leaf = evidence::parse_entry(commit.entries.back().leaf);
  if (!leaf) return fault(commit.first + commit.entries.size() - 1, leaf.error().code);
  return static_cast<std::int64_t>(leaf->time);
}

}  // namespace

Effects decode_effects(const evidence::CommitRecord& commit) {
  Effects effects;
  effects.reserve(commit.entries.size());
  for (const evidence::CommitEntry& entry : commit.entries) {
    effects.push_back(entry.effect.empty() ? std::vector<core::Event>{} : decode(entry.effect));
  }
  return effects;
}

std::expected<Replayed, Fault> replay(const evidence::CommitRecord& commit, const Effects& effects,
                                      core::State& state) {
  Replayed done{.size = commit.first, .time_ms = 0, .weight = 0};
  for (const auto& events : effects) {
    BASHU_TRY_OK(apply(done.size++, events, state, {}, done));
  }
  BASHU_TRY(done.time_ms, time_of(commit));
  return done;
}

std::expected<Replayed, Fault> replay(const evidence::CommitRecord& commit, std::uint64_t from,
                                      core::State& state,
                                      const std::function<void(const core::Event&)>& seen) {
  Replayed done{.size = commit.first, .time_ms = 0, .weight = 0};
  for (const evidence::CommitEntry& entry : commit.entries) {
    const std::uint64_t index = done.size++;
    if (index < from || entry.effect.empty()) continue;
    BASHU_TRY_OK(apply(index, decode(entry.effect), state, seen, done));
  }
  BASHU_TRY(done.time_ms, time_of(commit));
  return done;
}

std::expected<Replayed, Fault> replay(journal::Journal& journal, std::uint64_t from,
                                      std::uint64_t to, core::State& state) {
  Replayed all{.size = from, .time_ms = 0, .weight = 0};
  while (all.size < to) {
    const auto commits = journal.read(all.size, kReadBytes);
    if (!commits) return std::unexpected{commits.error()};
    if (commits->empty()) return fault(all.size, "is missing");
    for (const journal::Commit& commit : *commits) {
      if (commit.first >= to) break;
      const auto record = evidence::decode_commit(commit.record);
      if (!record) return fault(commit.first, record.error().code);
      const auto done = replay(*record, all.size, state);
      if (!done) return done;
      if (done->size <= all.size) return fault(all.size, "commit-order");
      all = {.size = done->size, .time_ms = done->time_ms, .weight = all.weight + done->weight};
    }
  }
  return all;
}

}  // namespace bashu::node
