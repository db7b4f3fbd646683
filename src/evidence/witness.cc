#include "evidence/witness.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "evidence/grammar.h"

namespace bashu::evidence {
namespace {

constexpr std::size_t kLinesMax = 64;  // `old N` and 63 hashes
constexpr std::size_t kRequestMax = 65'536 + kLinesMax * 48;

struct Request {
  std::uint64_t old_size = 0;
  std::string_view path, note;  // path: lines, not yet decoded
};
std::optional<Request> read_request(std::string_view text) {
  constexpr std::string_view kOld = "old ";
  const std::size_t cut = text.find("\n\n");
  if (text.size() > kRequestMax || cut == std::string_view::npos) return std::nullopt;
  const std::string_view head = text.substr(0, cut + 1);
  if (static_cast<std::size_t>(std::ranges::count(head, '\n')) > kLinesMax) return std::nullopt;
  const std::size_t end = head.find('\n');
  if (!head.starts_with(kOld)) return std::nullopt;
  const auto old_size = parse_decimal(head.substr(kOld.size(), end - kOld.size()));
  if (!old_size) return std::nullopt;
  return Request{*old_size, head.substr(end + 1), text.substr(cut + 2)};
}

std::optional<std::vector<Hash>> read_path(std::string_view lines) {
  std::vector<Hash> path;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const auto raw = from_base64(lines.substr(0, end));
    if (!raw || raw->size() != Hash{}.size()) return std::nullopt;
    std::ranges::transform(*raw, path.emplace_back().begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    lines.remove_prefix(end + 1);
  }
  return path;
}

WitnessVerdict refused(int status) {
  WitnessVerdict verdict;
  verdict.status = status;
  return verdict;
}

WitnessVerdict conflict(std::uint64_t recorded) {
  WitnessVerdict verdict = refused(409);
  verdict.media_type = "text/x.tlog.size";
  verdict.answer = std::to_string(recorded) + '\n';
  return verdict;
}

}  // namespace

WitnessVerdict check_add_checkpoint(
    std::string_view request,
    const std::function<const WitnessedLog*(std::string_view origin)>& find) {
  const std::optional<Request> read = read_request(request);
  if (!read) return refused(400);
  const std::string_view origin = read->note.substr(0, read->note.find('\n'));
  const WitnessedLog* log = find(origin);
  if (!log) return refused(404);
  Verified<Checkpoint> checkpoint = open_checkpoint(read->note, origin, log->keys);
  if (!checkpoint) {
    const Code code = checkpoint.error().code;
    return refused(code == "note-unsigned" || code == "note-signature" ? 403 : 400);
  }
  if (log->second && !checkpoint->second) return refused(403);
  if (read->old_size > checkpoint->size) return refused(400);
  if (read->old_size != log->size) return conflict(log->size);
  WitnessVerdict verdict = refused(200);
  if (read->old_size == checkpoint->size && checkpoint->root != log->root) {
    verdict = conflict(log->size);
    verdict.alarm = true;
  } else if (const auto path = read_path(read->path);
             !path ||
             !check_consistency(log->size, checkpoint->size, log->root, checkpoint->root, *path)) {
    verdict.status = 422;
    verdict.alarm = true;
  }
  verdict.origin = origin;
  verdict.note = read->note;
  verdict.checkpoint = *std::move(checkpoint);
  return verdict;
}

std::string add_checkpoint_request(std::uint64_t old_size, std::span<const Hash> path,
                                   std::string_view note) {
  std::string request = "old " + std::to_string(old_size) + '\n';
  for (const Hash& hash : path) {
    request += base64(as_bytes(hash));
    request += '\n';
  }
  request += '\n';
  request += note;
  return request;
}

}  // namespace bashu::evidence
