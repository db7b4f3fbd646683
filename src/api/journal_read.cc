// The journal as auditors read it, and the proofs that anybody can check without this node.

#include <charconv>

#include "api/event_value.h"
#include "api/handlers.h"
#include "api/reading.h"
#include "base/bytes.h"
#include "evidence/grammar.h"
#include "exchange/witness.h"

namespace bashu::api {

namespace {

constexpr std::uint64_t kEntriesMax = 1'000;

std::expected<void, Problem> may_read(const Call& call) {
  if (desk::may_everywhere(*call.key, "audit") || desk::may_everywhere(*call.key, "admin"))
    return {};
  return std::unexpected{
      forbidden("Reading the journal needs `audit`.", "查阅日志须有 audit 权限。")};
}

Value verification_value(const Verification::State& state) {
  Value::Record answer{{"running", state.running}, {"done", state.done}, {"of", state.of}};
  if (state.ended_ms) answer["ended_ms"] = *state.ended_ms;
  if (!state.fault.empty()) answer["fault"] = state.fault;
  if (!state.found) return answer;
  answer["sound"] = !state.found->unsound.has_value();
  answer["entries"] = state.found->entries;
  answer["commits"] = state.found->commits;
  answer["snapshots"] = state.found->snapshots;
  answer["root"] = hex(state.found->root);
  if (const auto& unsound = state.found->unsound) {
    answer["unsound"] = Value::Record{
        {"code", unsound->code}, {"position", unsound->position}, {"text", unsound->text}};
  }
  return answer;
}

}  // namespace

Result journal_entries(Context& context, const Call& call) {
  if (auto may = may_read(call); !may) return std::unexpected{may.error()};
  if (auto noted = account_for(context, call, "journal"); !noted) {
    return std::unexpected{noted.error()};
  }
  const std::uint64_t first = number_parameter(call, "from").value_or(0);
  const std::uint64_t most = std::min(number_parameter(call, "limit").value_or(100), kEntriesMax);
  const std::uint64_t durable = context.node.durable();
  Value::List entries;
  std::uint64_t next = first;
  if (first < durable && most > 0) {
    const auto read = context.node.entries(first);
    if (!read) return std::unexpected{problem_of(read.error())};
    for (const node::Entry& entry : *read) {
      if (entry.index < first || entry.index - first >= most) continue;
      entries.push_back(entry_value(entry));
      next = entry.index + 1;
    }
  }
  Value::Record answer{{"entries", std::move(entries)}, {"durable", durable}};
  if (next < durable && next > first) answer["next"] = next;
  return json_response(answer);
}

Result journal_proof(Context& context, const Call& call) {
  const std::string& text = call.part("position");
  std::uint64_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::unexpected{not_found()};
  }
  auto proof = position < context.node.durable() ? context.node.receipt(position) : std::nullopt;
  if (!proof) return std::unexpected{not_found()};
  return http::text_response(200, "text/x.tlog.proof", std::move(*proof));
}

// The newest; or with `by` the newest that this party or outside witness has cosigned, with its
// line.
Result journal_checkpoint(Context& context, const Call& call) {
  constexpr std::string_view kText = "text/plain; charset=utf-8";
  if (const auto by = call.request.parameter("by")) {
    auto note = context.witnesses ? context.witnesses->note_by(*by) : std::nullopt;
    if (!note && evidence::is_party(*by)) {
      note = exchange::note_cosigned_by(context.node.storage().files(), *context.node.directory(),
                                        context.node.identity(), *by);
    }
    if (!note) return std::unexpected{not_found()};
    return http::text_response(200, kText, *std::move(note));
  }
  return http::text_response(200, kText, context.node.checkpoint());
}

Result show_verification(Context& context, const Call& call) {
  if (auto may = may_read(call); !may) return std::unexpected{may.error()};
  return json_response(verification_value(context.verification.state()));
}

// Does not change the node: no command, and asked twice it is done once.
Prepared begin_verification(Context& context, const Call& call) {
  if (auto may = may_read(call); !may) return std::unexpected{may.error()};
  if (auto noted = account_for(context, call, "journal"); !noted) {
    return std::unexpected{noted.error()};
  }
  context.verification.begin();
  return json_response(verification_value(context.verification.state()));
}

}  // namespace bashu::api
