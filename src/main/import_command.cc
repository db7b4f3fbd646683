// bashu import: files of rows into feeds and registers of a running node, through its API.
//
//     file ─► RowReader ─► Target.understand ─► batch ─┬─► POST ─► taken, known, refused
//                 └ no record ─► refused               └ several at once, if they write other
//                 records
//
// Rows keep their order as far as it matters: batches for another target wait for those before, and
// a row that was refused by what the node knew is tried once more after all before it were taken.
// Every batch carries an Idempotency-Key, so that one whose answer was lost is asked about again.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <ostream>
#include <thread>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "figures/words.h"
#include "http/client.h"
#include "http/message.h"
#include "http/tls.h"
#include "main/client.h"
#include "main/commands.h"
#include "main/import_rows.h"
#include "main/import_state.h"
#include "main/import_targets.h"
#include "main/lines_seen.h"
#include "node/files.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kBodyMax = 3u << 20;  // bytes of a request; the node takes 8 MiB
constexpr auto kPatience = 120s;            // for a node that is busy or away
constexpr int kTimeoutMs = 300'000;

struct Pending {
  std::uint64_t line = 0;
  Value fields;
};

struct Batch {
  std::uint64_t number = 0;
  const Target* target = nullptr;
  std::vector<Pending> rows;
  std::size_t bytes = 0;
  std::set<std::string> writes;
  bool alone = false;  // what it writes is not known before
  bool again = false;
  std::deque<std::vector<std::size_t>> parts;  // rows to be sent, request by request
  int asked = 0;                               // how often for the refusals of the same part
  std::size_t role = 0;                        // index in the roles tried
  BatchDone done;
};

std::string digest_of(const Batch& batch) {
  std::string text = batch.target->name;
  for (const Pending& row : batch.rows) text += "\n" + canonical_json(row.fields);
  return hex(sha256(text));
}

// Of `lines[17].person`.
std::optional<std::size_t> row_of(std::string_view where, std::string_view list) {
  if (!where.starts_with(list) || !where.substr(list.size()).starts_with('[')) return std::nullopt;
  where.remove_prefix(list.size() + 1);
  std::size_t row = 0;
  const auto [end, error] = std::from_chars(where.data(), where.data() + where.size(), row);
  if (error != std::errc{} || end == where.data() + where.size() || *end != ']')
    return std::nullopt;
  return row;
}

bool worth_another_try(const std::string& code) {
  return code != "form" && code != "role" && code != "malformed" && code != "elsewhere";
}

struct Sum {
  std::uint64_t rows = 0;
  std::int64_t taken = 0, known = 0;
  std::int64_t otherwise = 0;  // known ones that say something else, where the first counts
  std::uint64_t refused = 0;
  std::uint64_t warnings = 0;
};
constexpr std::uint64_t kWarningsShown = 10;

// Refused rows, one JSON object a line; whole or not at all.
class RefusedFile {
 public:
  explicit RefusedFile(std::filesystem::path file) : file_{std::move(file)} {}

  void add(std::uint64_t line, const std::string& code, const Value::List& errors, Value row) {
    if (!out_.is_open()) out_.open(fresh(), std::ios::binary | std::ios::trunc);
    Value::Record one{{"line", line}, {"code", code}, {"why", errors}};
    one.emplace(row.as_record() ? "row" : "text", std::move(row));
    out_ << canonical_json(one) << '\n';
  }
  std::expected<void, Fault> finish() {
    std::error_code error;
    if (!out_.is_open()) {
      std::filesystem::remove(file_, error);
      return {};
    }
    out_.close();
    if (out_) std::filesystem::rename(fresh(), file_, error);
    if (out_ && !error) return {};
    return std::unexpected{
        Fault{.what = "cannot write " + file_.string(), .unknown_outcome = false}};
  }
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path fresh() const { return file_.string() + ".new"; }
  std::filesystem::path file_;
  std::ofstream out_;
};

// The node's API, from one thread: requests go out at once and answers are taken in turn.
class Wire {
 public:
  struct Answered {
    std::uint64_t number = 0;
    http::Answer answer;
  };
  static std::expected<std::unique_ptr<Wire>, Exit> open(const Console& console,
                                                         const Remote& remote) {
    const auto url = http::parse_url(api_base(remote));
    if (!url) {
      return std::unexpected{console.fail("--api URL (or BASHU_API) is needed",
                                          "需要 --api URL（或环境变量 BASHU_API）")};
    }
    auto wire = std::make_unique<Wire>();
    wire->url_ = *url;
    wire->key_ = remote.key;
    wire->language_ = console.language;
    if (url->tls) {
      const auto pem = node::read_file(remote.ca);
      if (!pem) return std::unexpected{console.fail(pem.error())};
      auto context = http::open_client({*pem});
      if (!context) return std::unexpected{console.fail(context.error())};
      wire->tls_ = std::move(*context);
    }
    return wire;
  }

  void post(std::uint64_t number, const std::string& path, std::string body,
            const std::string& idempotency_key) {
    http::Call call;
    call.to = url_;
    call.tls = tls_;
    call.timeout_ms = kTimeoutMs;
    call.request.method = "POST";
    call.request.target = url_.path + path;
    call.request.headers = {{"Authorization", "Bearer " + key_},
                            {"Accept-Language", language_},
                            {"Content-Type", "application/json"},
                            {"Idempotency-Key", idempotency_key}};
    call.request.body = std::move(body);
    ++outstanding_;
    client_.send(std::move(call), [this, number](http::Answer answer) {
      {
        const std::lock_guard lock{mutex_};
        answered_.push_back({number, std::move(answer)});
      }
      came_.notify_one();
    });
  }
  std::optional<Answered> wait(Clock::duration at_most) {
    std::unique_lock lock{mutex_};
    if (!came_.wait_for(lock, at_most, [&] { return !answered_.empty(); })) return std::nullopt;
    Answered first = std::move(answered_.front());
    answered_.pop_front();
    --outstanding_;
    return first;
  }
  // Forgets what was asked: the next file numbers its requests anew.
  void drain() {
    while (outstanding_ > 0) wait(1s);
  }

 private:
  http::Url url_;
  std::string key_, language_;
  http::TlsContext tls_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Answered> answered_;
  std::size_t outstanding_ = 0;  // of the one thread that posts and waits
  http::Client client_;          // goes first: its callbacks use the others
};

// One file on its way to the node.
class FileImport {
 public:
  FileImport(const Console& console, const Import& what, Wire& wire, Targets& targets,
             std::filesystem::path file, RowFormat format)
      : console_{console},
        what_{what},
        wire_{wire},
        targets_{targets},
        file_{std::move(file)},
        format_{format},
        refused_{file_.string() + ".refused.ndjson"} {}

  Exit run() {
    auto reader = RowReader::open(file_, format_, what_.sheet);
    if (!reader) return console_.fail(file_.string(), reader.error());
    std::error_code error;
    bytes_ = std::filesystem::file_size(file_, error);
    if (!what_.dry_run) {
      if (const Exit exit = open_state(); exit != Exit::done) return exit;
    }
    while (!stopped_) {
      auto row = reader->next();
      if (!row) return console_.fail(row.error());
      if (!*row) break;
      ++sum_.rows;
      bytes_read_ = reader->bytes_read();
      take(**row);
      show_progress(false);
    }
    flush();
    barrier();
    console_.progress("");
    if (stopped_) {
      if (*stopped_ != Exit::usage) wire_.drain();
      return *stopped_;
    }
    if (auto done = refused_.finish(); !done) return console_.fail(done.error());
    if (state_) state_->remove();
    print_sum();
    return sum_.refused > 0 ? Exit::refused : Exit::done;
  }

 private:
  Exit open_state() {
    std::ifstream in{file_, std::ios::binary};
    std::string bytes(1u << 20, '\0');
    Hash digest{};  // chained over pieces, so that a large file is not held in memory
    while (in) {
      in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      const auto size = static_cast<std::size_t>(in.gcount());
      if (size) digest = sha256(as_bytes(digest), std::string_view{bytes}.substr(0, size));
    }
    const Value::Record about{{"file", hex(digest)},
                              {"api", what_.remote.api},
                              {"batch", what_.batch},
                              {"to", what_.feed.empty() ? what_.reg : what_.feed}};
    auto state = ImportState::open(file_.string() + ".import-state", about);
    if (!state) return console_.fail(state.error());
    state_ = std::move(*state);
    if (state_->taken_up()) {
      console_.err << file_.string() << ": "
                   << console_.say("an import that was broken off goes on", "继续上次中断的导入")
                   << '\n';
    }
    return Exit::done;
  }

  void take(Row& row) {
    const auto refuse_all = [&](const std::vector<Why>& why, bool whole) {
      Value::List errors;
      for (const Why& one : why) {
        errors.push_back(
            Value::Record{{"where", one.where}, {"why", in_language(one.text, console_.language)}});
      }
      Value shown = whole ? Value{std::move(row.fields)} : Value{row.text};
      refuse_row(row.line, why.front().code, errors, std::move(shown));
    };
    const auto refuse = [&](const Why& why, bool whole) { refuse_all({why}, whole); };
    if (row.wrong) return refuse({.code = "malformed", .where = {}, .text = *row.wrong}, false);
    std::string to = what_.feed.empty() ? what_.reg : what_.feed;
    const bool named = to.empty();
    if (named) {
      const auto member = row.fields.find("to");
      const std::string* text = member == row.fields.end() ? nullptr : member->second.as_text();
      if (!text) {
        return refuse(
            {.code = "form",
             .where = "to",
             .text = {{"en", "The row does not say where it goes: pack/feed or pack/register"},
                      {"zh", "该行未写明去向：应为“业务包/数据流”或“业务包/登记册”"}}},
            true);
      }
      to = *text;
    }
    const auto target = targets_.find(to);
    if (!target) return refuse(target.error(), true);
    if (named) row.fields.erase("to");
    auto fields = (*target)->understand(row, format_);
    if (!fields) {
      if (named) row.fields.emplace("to", to);
      return refuse_all(fields.error(), true);
    }
    Pending pending{.line = row.line, .fields = Value{std::move(*fields)}};
    if (const auto key = (*target)->line_key(pending.fields)) {
      if (const auto first = seen_.other((*target)->name, *key, pending.fields, row.line)) {
        row.fields = std::move(*pending.fields.as_record());
        return refuse({.code = "exists",
                       .where = {},
                       .text = texts::title("import.same_key",
                                            {{"key", *key}, {"line", std::to_string(*first)}})},
                      true);
      }
    }
    add(**target, std::move(pending));
  }

  void add(const Target& target, Pending row) {
    if (filling_.target && filling_.target != &target) {
      flush();
      barrier();
    }
    if (!filling_.target) filling_.target = &target;
    const std::size_t size = canonical_json(row.fields).size();
    if (filling_.bytes + size > kBodyMax) {
      flush();
      filling_.target = &target;
    }
    filling_.bytes += size;
    if (const auto writes = target.writes(row.fields)) {
      filling_.writes.insert(writes->begin(), writes->end());
    } else {
      filling_.alone = true;
    }
    filling_.rows.push_back(std::move(row));
    if (filling_.rows.size() >= static_cast<std::size_t>(what_.batch)) flush();
  }

  void flush() {
    if (filling_.rows.empty()) {
      filling_ = {};
      return;
    }
    Batch batch = std::exchange(filling_, {});
    dispatch(std::move(batch));
  }

  void dispatch(Batch batch) {
    batch.number = ++batches_;
    batch.done.number = batch.number;
    batch.done.first = batch.rows.front().line;
    batch.done.last = batch.rows.back().line;
    batch.done.again = batch.again;
    batch.done.digest = digest_of(batch);
    if (state_) {
      if (const BatchDone* before = state_->find(batch.number, batch.done.digest)) {
        batch.done = *before;
        count(batch);
        return;
      }
    }
    std::vector<std::size_t> all(batch.rows.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    batch.parts.push_back(std::move(all));
    const auto in_the_way = [&](const auto& other) {
      const Batch& o = other.second;
      return batch.alone || o.alone || std::ranges::any_of(batch.writes, [&](const auto& record) {
               return o.writes.contains(record);
             });
    };
    while (!stopped_ && (under_way_.size() >= static_cast<std::size_t>(what_.at_once) ||
                         std::ranges::any_of(under_way_, in_the_way))) {
      pump();
    }
    if (stopped_) return;
    const std::uint64_t number = batch.number;
    send(under_way_.emplace(number, std::move(batch)).first->second);
  }

  void send(Batch& batch) {
    const std::vector<std::size_t>& part = batch.parts.front();
    Value::List rows;
    rows.reserve(part.size());
    for (const std::size_t i : part) rows.push_back(batch.rows[i].fields);
    Value::Record body;
    if (batch.target->feed) {
      batch.role = role_of_[batch.target];
      const std::vector<std::string>& by = batch.target->feed->by;
      body["role"] = !what_.role.empty()      ? what_.role
                     : batch.role < by.size() ? by[batch.role]
                                              : "";
    }
    body[batch.target->feed ? "lines" : "records"] = std::move(rows);
    std::string text = canonical_json(body);
    constexpr std::size_t kDigits = 24;
    const std::string key = "import-" + (state_ ? state_->run() : "dry") + "-" +
                            std::to_string(batch.number) + "-" + std::to_string(batch.asked) + "-" +
                            hex(sha256(text)).substr(0, kDigits);
    wire_.post(batch.number, batch.target->path() + (what_.dry_run ? "?dry_run=true" : ""),
               std::move(text), key);
  }

  // Takes one answer, or sends again what waits for its turn.
  void pump() {
    const auto now = Clock::now();
    for (auto it = later_.begin(); it != later_.end();) {
      if (it->second > now) {
        ++it;
        continue;
      }
      send(under_way_.at(it->first));
      it = later_.erase(it);
    }
    auto answered = wire_.wait(200ms);
    show_progress(false);
    if (!answered) return;
    Batch& batch = under_way_.at(answered->number);
    const http::Answer& answer = answered->answer;
    const bool transient =
        !answer || answer->status == 429 || answer->status >= 500;  // nothing said of the rows
    if (transient) return come_back(batch, answer);
    trouble_since_ = {};
    pause_ = 50ms;
    settle(batch, *answer);
  }

  void come_back(const Batch& batch, const http::Answer& answer) {
    const auto now = Clock::now();
    if (trouble_since_ == Clock::time_point{}) trouble_since_ = now;
    if (now - trouble_since_ > kPatience) {
      stop(console_.fail(answer
                             ? Fault{.what = "the node answers " + std::to_string(answer->status),
                                     .unknown_outcome = false}
                             : answer.error()));
      console_.err << console_.say("Give the same command again to go on.\n",
                                   "再次执行同一命令即可继续。\n");
      return;
    }
    later_.emplace_back(batch.number, now + pause_);
    pause_ = std::min<Clock::duration>(pause_ * 2, 2s);
  }

  void settle(Batch& batch, const http::Response& answer) {
    const auto body = parse_json(answer.body, {.depth = 64, .values = 10'000'000});
    if (!body) {
      stop(console_.fail("the answer is not JSON: is this the address of a node's API?",
                         "应答不是 JSON：该地址是节点的 API 吗？"));
      return;
    }
    if (answer.status >= 400) return refused_whole(batch, answer.status, *body);
    const std::vector<std::size_t> part = batch.parts.front();
    const Value* refusals = body->find("refusals");
    const bool listed = refusals && refusals->as_list();
    if (body->int_at("refused") > 0 && !listed) {
      // Answered before: the node remembers the numbers, not the reasons. What was taken is known
      // now, the rest is refused again.
      batch.done.taken += body->int_at("taken");
      batch.done.known -= body->int_at("taken");
      ++batch.asked;
      return send(batch);
    }
    batch.done.taken += body->int_at("taken");
    batch.done.known += body->int_at("known");
    batch.done.otherwise += body->int_at("otherwise");
    for (const Value& one : listed ? *refusals->as_list() : Value::List{}) {
      const auto line = static_cast<std::size_t>(one.int_at("line"));
      if (line < part.size()) refuse_in(batch, part[line], one);
    }
    show_warnings(batch, part, *body);
    next_part(batch);
  }

  void show_warnings(const Batch& batch, const std::vector<std::size_t>& part, const Value& body) {
    const Value* warnings = body.find("warnings");
    for (const Value& one :
         warnings && warnings->as_list() ? *warnings->as_list() : Value::List{}) {
      if (++sum_.warnings > kWarningsShown) continue;
      const std::string where = one.text_at("where");
      const auto row = row_of(where, batch.target->feed ? "lines" : "records");
      console_.progress("");
      console_.err << file_.string() << ':'
                   << (row && *row < part.size() ? batch.rows[part[*row]].line : 0) << ": "
                   << console_.say("warning: ", "警告：") << where.substr(where.find('.') + 1)
                   << ": " << one.text_at("why") << '\n';
    }
  }

  // A request refused as a whole, although perhaps for one of its rows only.
  void refused_whole(Batch& batch, int status, const Value& problem) {
    const std::string code = problem.text_at("code");
    const auto is = [&](RejectCode one) { return code == reject_name(one); };
    const std::vector<std::size_t> part = batch.parts.front();
    if (is(RejectCode::role) && what_.role.empty() && batch.target->feed) {
      if (role_of_[batch.target] == batch.role) ++role_of_[batch.target];
      if (role_of_[batch.target] < batch.target->feed->by.size()) return send(batch);
    }
    const bool hopeless = status == 401 || status == 403 || status == 404 || is(RejectCode::role) ||
                          is(RejectCode::unknown_pack) || is(RejectCode::unknown_feed) ||
                          is(RejectCode::unknown_register);
    if (hopeless) {
      const Value* errors = problem.find("errors");
      std::string why = problem.text_at("detail");
      if (errors && errors->as_list() && !errors->as_list()->empty()) {
        why = errors->as_list()->front().text_at("why");
      }
      console_.progress("");
      console_.err << console_.say("refused: ", "已拒绝：") << batch.target->name << ": "
                   << problem.text_at("title") << " (" << code << ") " << why << '\n';
      stop(Exit::refused);
      return;
    }
    if (part.size() == 1) {
      refuse_in(batch, part[0], problem);
      return next_part(batch);
    }
    const auto middle = part.begin() + static_cast<std::ptrdiff_t>(part.size() / 2);
    batch.parts.pop_front();
    batch.parts.emplace_front(middle, part.end());
    batch.parts.emplace_front(part.begin(), middle);
    send(batch);
  }

  static void refuse_in(Batch& batch, std::size_t row, const Value& refusal) {
    const Value* errors = refusal.find("errors");
    batch.done.refused.push_back(
        {.line = batch.rows[row].line,
         .code = refusal.text_at("code"),
         .errors = errors && errors->as_list() ? *errors->as_list() : Value::List{},
         .title = refusal.text_at("title")});
  }

  void next_part(Batch& batch) {
    batch.parts.pop_front();
    batch.asked = 0;
    if (!batch.parts.empty()) return send(batch);
    if (state_) {
      if (auto added = state_->add(batch.done); !added) {
        stop(console_.fail(added.error()));
        return;
      }
    }
    count(batch);
    under_way_.erase(batch.number);
  }

  // A batch has its answer.
  void count(Batch& batch) {
    sum_.taken += batch.done.taken;
    sum_.known += batch.done.known;
    sum_.otherwise += batch.done.otherwise;
    for (const RefusedRow& refused : batch.done.refused) {
      const auto row = std::ranges::find(batch.rows, refused.line, &Pending::line);
      if (row == batch.rows.end()) continue;
      if (!what_.dry_run && !batch.again && worth_another_try(refused.code)) {
        again_.push_back(std::move(*row));
        again_to_ = batch.target;
        continue;
      }
      Value::List errors = refused.errors;
      if (errors.empty()) errors.push_back(Value::Record{{"where", ""}, {"why", refused.title}});
      Value::Record shown = *row->fields.as_record();
      shown.emplace("to", batch.target->name);
      refuse_row(refused.line, refused.code, errors, std::move(shown));
    }
  }

  void refuse_row(std::uint64_t line, const std::string& code, const Value::List& errors,
                  Value row) {
    ++sum_.refused;
    refused_.add(line, code, errors, std::move(row));
  }

  // Waits for every batch, then tries refused rows again, in their order and one batch at a time.
  void barrier() {
    while (!stopped_ && !under_way_.empty()) pump();
    if (stopped_ || again_.empty()) return;
    std::vector<Pending> rows = std::exchange(again_, {});
    std::ranges::sort(rows, {}, &Pending::line);
    for (std::size_t at = 0; at < rows.size() && !stopped_;) {
      Batch batch;
      batch.target = again_to_;
      batch.again = true;
      batch.alone = true;
      while (at < rows.size() && batch.rows.size() < static_cast<std::size_t>(what_.batch)) {
        batch.rows.push_back(std::move(rows[at++]));
      }
      dispatch(std::move(batch));
    }
    while (!stopped_ && !under_way_.empty()) pump();
  }

  void stop(Exit exit) { stopped_ = exit; }

  void show_progress(bool last) {
    const auto now = Clock::now();
    const auto pause = console_.err_is_terminal ? Clock::duration{250ms} : Clock::duration{5s};
    if (!last && now - shown_ < pause) return;
    shown_ = now;
    using Seconds = std::chrono::duration<double>;
    const double passed = std::max(0.001, Seconds{now - begun_}.count());
    const double share =
        bytes_ ? static_cast<double>(bytes_read_) / static_cast<double>(bytes_) : 1.0;
    const auto rate = static_cast<std::int64_t>(static_cast<double>(sum_.rows) / passed);
    const auto percent = static_cast<std::int64_t>(100 * share);
    const auto left = static_cast<std::int64_t>(share > 0 ? passed / share - passed : 0);
    const std::string text =
        file_.filename().string() + "  " +
        figures::number_text(static_cast<std::int64_t>(sum_.rows), 0) +
        std::string{console_.say(" rows, ", " 行，")} + figures::number_text(rate, 0) +
        std::string{console_.say("/s, ", " 行/秒，")} +
        figures::number_text(static_cast<std::int64_t>(sum_.refused), 0) +
        std::string{console_.say(" refused, ", " 行被拒，")} + std::to_string(percent) + " %, " +
        std::to_string(left) + std::string{console_.say(" s left", " 秒剩余")};
    if (console_.err_is_terminal) {
      console_.progress(text);
    } else {
      console_.err << text << std::endl;
    }
  }

  void print_sum() {
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_).count();
    if (what_.remote.json) {
      Value::Record record{{"file", file_.string()},    {"rows", sum_.rows},
                           {"taken", sum_.taken},       {"known", sum_.known},
                           {"refused", sum_.refused},   {"ms", ms},
                           {"warnings", sum_.warnings}, {"dry_run", what_.dry_run}};
      if (sum_.otherwise > 0) record.emplace("otherwise", sum_.otherwise);
      if (sum_.refused > 0) record.emplace("refused_file", refused_.file().string());
      console_.out << canonical_json(record) << std::endl;
      return;
    }
    const auto number = [](auto n) {
      return figures::number_text(static_cast<std::int64_t>(n), 0);
    };
    console_.out << file_.string() << ": " << number(sum_.rows) << console_.say(" rows, ", " 行，")
                 << number(sum_.taken)
                 << (what_.dry_run ? console_.say(" would be taken, ", " 行可导入，")
                                   : console_.say(" taken, ", " 行已导入，"))
                 << number(sum_.known) << console_.say(" known, ", " 行已有，")
                 << number(sum_.refused) << console_.say(" refused", " 行被拒");
    if (sum_.otherwise > 0) {
      console_.out << console_.say(", ", "，")
                   << texts::text(console_.language, "import.otherwise",
                                  {{"count", number(sum_.otherwise)}});
    }
    if (sum_.refused > 0) console_.out << " -> " << refused_.file().string();
    if (sum_.warnings > 0) {
      console_.out << console_.say(", ", "，")
                   << texts::text(console_.language, "import.warnings",
                                  {{"count", number(sum_.warnings)}});
    }
    console_.out << std::endl;
    if (sum_.rows == 0) {
      console_.err << file_.string() << ": " << console_.say("warning: ", "警告：")
                   << texts::text(console_.language, "import.no_rows") << '\n';
    }
    if (sum_.warnings > kWarningsShown) {
      console_.err << texts::text(console_.language, "import.more_warnings",
                                  {{"count", number(sum_.warnings - kWarningsShown)}})
                   << '\n';
    }
  }

  const Console& console_;
  const Import& what_;
  Wire& wire_;
  Targets& targets_;
  std::filesystem::path file_;
  RowFormat format_;
  RefusedFile refused_;
  std::optional<ImportState> state_;
  LinesSeen seen_;

  Batch filling_;
  std::uint64_t batches_ = 0;
  std::map<std::uint64_t, Batch> under_way_;
  std::vector<std::pair<std::uint64_t, Clock::time_point>> later_;
  std::vector<Pending> again_;
  const Target* again_to_ = nullptr;
  std::map<const Target*, std::size_t> role_of_;
  std::optional<Exit> stopped_;
  Sum sum_;

  std::uint64_t bytes_ = 0, bytes_read_ = 0;
  Clock::time_point begun_ = Clock::now(), shown_ = begun_, trouble_since_{};
  Clock::duration pause_ = 50ms;
};

std::string understood(const packs::Type& type, const Value& value, const std::string& language) {
  if (const std::int64_t* number = value.as_int()) {
    if (type.kind == packs::Kind::money || type.kind == packs::Kind::quantity) {
      return figures::number_text(*number, type.scale) + " " + type.unit;
    }
  }
  if (type.kind == packs::Kind::choice && value.as_text()) {
    for (const auto& [code, title] : type.choices) {
      if (code == *value.as_text()) return in_language(title, language) + " (" + code + ")";
    }
  }
  return value.as_text() ? *value.as_text() : canonical_json(value);
}

// Which column became which field.
void show_columns(const Console& console, const Target& target,
                  const std::vector<std::string>& heading) {
  const auto fields = target.columns(heading);
  if (!fields) return;  // said of every row
  console.out << texts::text(console.language, "import.columns") << '\n';
  for (std::size_t i = 0; i < heading.size(); ++i) {
    const packs::Member* field = (*fields)[i];
    console.out << "  " << heading[i] << " -> "
                << (field ? field->name + "  " + in_language(field->type->title, console.language)
                          : texts::text(console.language, "import.column_unknown"))
                << '\n';
  }
}

// How the first rows are understood; nothing is sent.
Exit preview(const Console& console, const Import& what, Targets& targets, const std::string& file,
             RowFormat format) {
  auto reader = RowReader::open(file, format, what.sheet);
  if (!reader) return console.fail(file, reader.error());
  Exit exit = Exit::done;
  for (int i = 0; i < what.preview; ++i) {
    auto row = reader->next();
    if (!row) return console.fail(row.error());
    if (!*row) break;
    Row& one = **row;
    const auto refuse = [&](const Why& why) {
      console.out << file << ':' << one.line << ": " << console.say("refused: ", "被拒：")
                  << why.where << (why.where.empty() ? "" : ": ")
                  << in_language(why.text, console.language) << '\n';
      exit = Exit::refused;
    };
    if (one.wrong) {
      refuse({.code = "malformed", .where = {}, .text = *one.wrong});
      continue;
    }
    std::string to = what.feed.empty() ? what.reg : what.feed;
    if (to.empty()) {
      const auto member = one.fields.find("to");
      if (member != one.fields.end() && member->second.as_text()) to = *member->second.as_text();
      one.fields.erase("to");
    }
    const auto target = targets.find(to);
    if (!target) {
      refuse(target.error());
      continue;
    }
    const auto fields = (*target)->understand(one, format);
    if (!fields) {
      std::ranges::for_each(fields.error(), refuse);
      continue;
    }
    if (one.heading && i == 0) show_columns(console, **target, *one.heading);
    console.out << file << ':' << one.line << ": " << (*target)->name << "  "
                << in_language((*target)->title(), console.language) << '\n';
    for (const packs::Member& member : (*target)->type().members) {
      const auto value = fields->find(member.name);
      if (value == fields->end()) continue;
      console.out << "  " << member.name << "  "
                  << in_language(member.type->title, console.language) << ": "
                  << understood(*member.type, value->second, console.language) << '\n';
    }
  }
  return exit;
}

}  // namespace

Exit import(const Console& console, const Import& asked) {
  Import what = asked;
  if (!what.feed.empty() && !what.reg.empty()) {
    return console.fail("--feed or --register, not both", "--feed 与 --register 只能选一个");
  }
  auto wire = Wire::open(console, what.remote);
  if (!wire) return wire.error();
  std::optional<Exit> failed;
  bool running = false;  // then a pack nobody has is a matter of one row
  Targets targets{[&](const std::string& name) -> std::expected<packs::PackPtr, Why> {
    auto held = held_pack(console, what.remote, name);
    if (held) return std::move(*held);
    if (held.error() == Exit::usage || !running) failed = held.error();
    return std::unexpected{Why{.code = "unknown_pack",
                               .where = "to",
                               .text = {{"en", "The node has no pack `" + name + "`"},
                                        {"zh", "节点没有业务包“" + name + "”"}}}};
  }};
  // A wrong target on the command line is said once, not of every row.
  for (const bool feed : {true, false}) {
    std::string& to = feed ? what.feed : what.reg;
    if (to.empty()) continue;
    const std::size_t slash = to.find('/');
    if (slash != std::string::npos && slash == to.rfind('/')) {
      to.insert(slash, feed ? "/feeds" : "/registers");
    }
    const auto target = targets.find(to);
    if (failed) return *failed;
    if (!target) {
      const std::string text = in_language(target.error().text, console.language);
      return console.fail(text, text);
    }
  }
  running = true;
  Exit worst = Exit::done;
  for (const std::string& file : what.files) {
    const RowFormat format = row_format(what.format, file);
    Exit exit = Exit::done;
    if (what.preview > 0) {
      exit = preview(console, what, targets, file, format);
    } else {
      exit = FileImport{console, what, **wire, targets, file, format}.run();
    }
    if (failed) return *failed;
    if (exit == Exit::usage) return exit;
    if (exit != Exit::done) worst = exit;
  }
  return worst;
}

}  // namespace bashu::cli
