#include "windows/refusals.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace bashu::windows {

namespace {

constexpr std::size_t kClaimMax = 300, kNoteMax = 2'000;  // bytes

std::optional<std::int64_t> version_of(const Value* value) {
  if (!value) return 1;
  std::int64_t out = 0;
  if (const auto* number = value->as_int()) {
    out = *number;
  } else if (const auto* text = value->as_text()) {
    if (text->empty()) return 1;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
    if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  }
  if (out < 1) return std::nullopt;
  return out;
}

std::optional<bool> flag_of(const Value* value) {
  if (!value) return false;
  if (const auto* flag = value->as_bool()) return *flag;
  const auto* text = value->as_text();
  if (!text || (!text->empty() && *text != "true" && *text != "false")) return std::nullopt;
  return *text == "true";
}

}  // namespace

std::optional<Refusal> refusal_of(const Value::Record& row) {
  const auto member = [&](std::string_view name) -> const Value* {
    const auto found = row.find(std::string{name});
    return found == row.end() ? nullptr : &found->second;
  };
  const auto text = [&](std::string_view name) {
    const Value* value = member(name);
    const std::string* out = value ? value->as_text() : nullptr;
    return out ? *out : std::string{};
  };
  const auto version = version_of(member("version"));
  const auto cancelled = flag_of(member("cancelled"));
  if (!version || !cancelled) return std::nullopt;
  Refusal out{
      .claim = text("claim"), .note = text("note"), .version = *version, .cancelled = *cancelled};
  if (out.claim.empty() || out.claim.size() > kClaimMax) return std::nullopt;
  if (out.note.empty() || out.note.size() > kNoteMax) return std::nullopt;
  return out;
}

void Refusals::add(std::size_t batch, std::vector<Refusal> refusals) {
  for (Refusal& one : refusals) {
    by_batch_[batch].push_back(one.claim);
    auto& versions = by_claim_[one.claim];
    versions.emplace_back(batch, std::move(one));
  }
}

bool Refusals::refuses(const std::string& claim, std::size_t batches) const {
  const auto found = by_claim_.find(claim);
  if (found == by_claim_.end()) return false;
  std::int64_t version = 0;
  bool refused = false;
  for (const auto& [batch, one] : found->second) {
    if (batch >= batches || one.version < version) continue;
    refused = !one.cancelled || (one.version == version && refused);
    version = one.version;
  }
  return refused;
}

std::vector<std::string> Refusals::named(std::size_t from, std::size_t to) const {
  std::vector<std::string> out;
  for (auto it = by_batch_.lower_bound(from); it != by_batch_.end() && it->first < to; ++it) {
    out.insert(out.end(), it->second.begin(), it->second.end());
  }
  return out;
}

}  // namespace bashu::windows
