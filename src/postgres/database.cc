#include "postgres/database.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/thread.h"

namespace bashu::postgres {

namespace {

constexpr std::size_t kCopyBytes = std::size_t{2} << 20;
// Answers of the server that wait must fit in what sockets hold, or both sides wait for each other.
constexpr std::size_t kInPipeline = 256;
// From here on it pays to let a thread put them; so much waits for it at most.
constexpr std::size_t kBesideBytes = std::size_t{256} << 10;
constexpr std::size_t kWaitingMax = std::size_t{8} << 20;
constexpr int kScanRows = 2'000;
constexpr std::string_view kMissing = "\\N";  // null, in COPY's text form

// `?` as the protocol numbers them. Texts of our statements hold none.
std::string numbered(std::string_view sql, int& count) {
  std::string out;
  count = 0;
  for (const char c : sql) {
    if (c == '?') {
      out += '$' + std::to_string(++count);
    } else {
      out += c;
    }
  }
  return out;
}

// `table` of `table (column, ...)`.
std::string_view table_in(std::string_view into) { return into.substr(0, into.find(" (")); }

// What INSERT INTO takes, if the row is nothing but parameters: then it can be copied in.
std::string_view plainly_inserted(std::string_view sql) {
  constexpr std::string_view kInto = "INSERT INTO ", kValues = " VALUES (";
  if (!sql.starts_with(kInto)) return {};
  const std::size_t values = sql.find(kValues);
  if (values == std::string_view::npos) return {};
  for (const char c : sql.substr(values + kValues.size())) {
    if (c != '?' && c != ',' && c != ' ' && c != ')') return {};
  }
  return sql.substr(kInto.size(), values - kInto.size());
}

// What stands after the backslash for a byte that COPY's text form escapes; 0: it stands for
// itself.
char escape_of(char c) {
  switch (c) {
    case '\\':
      return '\\';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

void append_escaped(std::string& bytes, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char escape = escape_of(text[i]);
    if (escape == 0) continue;
    bytes.append(text, from, i - from);
    bytes += '\\';
    bytes += escape;
    from = i + 1;
  }
  bytes.append(text, from);
}

std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string shortened(std::string_view sql) {
  constexpr std::size_t kShown = 60;
  return std::string{sql.substr(0, kShown)} + (sql.size() > kShown ? "..." : "");
}

}  // namespace

// Parameters as texts. They keep their room from one use to the next.
class Bound : public sql::Statement {
 public:
  Bound(Database& database, int count)
      : database_{database}, values_(static_cast<std::size_t>(count)) {}

  Statement& bind(int index, std::int64_t number) override {
    std::array<char, 24> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    return set(index, {digits.data(), end});
  }
  Statement& bind(int index, std::string_view text) override { return set(index, text); }
  Statement& bind_kept(int index, std::string_view text) override { return set(index, text); }
  Statement& bind_null(int index) override {
    values_[static_cast<std::size_t>(index)].null = true;
    return *this;
  }
  void reset() override {
    for (Value& value : values_) value.null = true;
  }
  [[nodiscard]] bool is_null(int) const override { return true; }
  [[nodiscard]] std::int64_t integer(int) const override { return 0; }
  [[nodiscard]] std::string_view text(int) const override { return {}; }

 protected:
  struct Value {
    std::string text;
    bool null = true;
  };
  Statement& set(int index, std::string_view text) {
    Value& value = values_[static_cast<std::size_t>(index)];
    value.text.assign(text);
    // The server has no such character; SQLite has, and nothing that people write.
    if (value.text.find('\0') != std::string::npos) {
      std::string without;
      for (const char c : value.text) without += c == '\0' ? std::string{"\uFFFD"} : std::string{c};
      value.text = std::move(without);
    }
    value.null = false;
    return *this;
  }
  [[nodiscard]] std::vector<const char*> pointers() const {
    std::vector<const char*> list;
    list.reserve(values_.size());
    for (const Value& value : values_) list.push_back(value.null ? nullptr : value.text.c_str());
    return list;
  }

  Database& database_;
  std::vector<Value> values_;
};

// Rows of an answer that is here.
class Answered : public Bound {
 public:
  using Bound::Bound;
  [[nodiscard]] bool is_null(int column) const override {
    return PQgetisnull(answer_->get(), at_, column) != 0;
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    const std::string_view value = answer_->bytes(at_, column);
    return value == "t" ? 1 : number_in(value);
  }
  [[nodiscard]] std::string_view text(int column) const override {
    return answer_->bytes(at_, column);
  }

 protected:
  void forget() {
    answer_.reset();
    at_ = -1;
  }
  std::optional<PgResult> answer_;
  int at_ = -1;
};

// A question with a short answer, or a change that is not a plain row.
class Asking final : public Answered {
 public:
  Asking(Database& database, std::string sql, int count)
      : Answered{database, count}, sql_{std::move(sql)}, asks_{sql_.starts_with("SELECT")} {}

  bool step() override {
    if (database_.fault_) return false;
    if (!asks_) {
      send();
      return false;
    }
    if (!answer_ && !ask()) return false;
    if (++at_ < answer_->rows()) return true;
    reset();
    return false;
  }
  void reset() override {
    Bound::reset();
    forget();
  }

 private:
  bool known() {
    if (!name_.empty()) return true;
    database_.drain();
    std::string name = database_.next_name();
    static_cast<void>(database_.take(
        PQprepare(database_.connection_.handle(), name.c_str(), sql_.c_str(), 0, nullptr), sql_));
    if (database_.fault_) return false;
    name_ = std::move(name);
    return true;
  }
  bool ask() {
    database_.flush_named(sql_);
    database_.drain();
    if (database_.fault_ || !known()) return false;
    const auto values = pointers();
    answer_.emplace(database_.take(
        PQexecPrepared(database_.connection_.handle(), name_.c_str(),
                       static_cast<int>(values.size()), values.data(), nullptr, nullptr, 0),
        sql_));
    at_ = -1;
    if (!database_.fault_) return true;
    answer_.reset();
    return false;
  }
  void send() {
    database_.flush_named(sql_);
    if (database_.fault_ || !known()) return;
    Database::Change change{.name = name_, .values = {}};
    change.values.reserve(values_.size());
    for (const Value& value : values_)
      change.values.push_back(value.null ? std::nullopt : std::optional{value.text});
    database_.changes_.push_back(std::move(change));
    if (database_.changes_.size() >= kInPipeline) database_.give_changes();
  }

  std::string sql_, name_;
  bool asks_;
};

// A large answer by a cursor.
class Scan final : public Answered {
 public:
  Scan(Database& database, std::string sql, int count)
      : Answered{database, count}, sql_{std::move(sql)} {}
  ~Scan() override { close(); }

  bool step() override {
    if (database_.fault_) return false;
    if (name_.empty() && !begin()) return false;
    if (++at_ < answer_->rows()) return true;
    if (answer_->rows() < kScanRows || !fetch()) {
      reset();
      return false;
    }
    return ++at_ < answer_->rows() || (reset(), false);
  }
  void reset() override {
    Bound::reset();
    close();
  }

 private:
  bool begin() {
    database_.flush_named(sql_);
    database_.drain();
    if (database_.fault_) return false;
    std::string name = database_.next_name();
    const auto values = pointers();
    static_cast<void>(database_.take(
        PQexecParams(database_.connection_.handle(),
                     ("DECLARE " + name + " NO SCROLL CURSOR FOR " + sql_).c_str(),
                     static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr, 0),
        sql_));
    if (database_.fault_) return false;
    name_ = std::move(name);
    return fetch();
  }
  bool fetch() {
    database_.drain();
    answer_.emplace(
        database_.take(PQexec(database_.connection_.handle(),
                              ("FETCH " + std::to_string(kScanRows) + " FROM " + name_).c_str()),
                       sql_));
    at_ = -1;
    return !database_.fault_;
  }
  // A table cannot be widened while a cursor is open on it.
  void close() {
    forget();
    if (name_.empty()) return;
    database_.drain();
    if (!database_.fault_)
      static_cast<void>(
          database_.take(PQexec(database_.connection_.handle(), ("CLOSE " + name_).c_str()), sql_));
    name_.clear();
  }

  std::string sql_, name_;
};

// Rows to be copied in. Places in a map do not move.
class Inserting final : public Bound {
 public:
  Inserting(Database& database, std::string into, int count)
      : Bound{database, count}, into_{std::move(into)}, rows_{database.rows_of(into_)} {}

  bool step() override {
    if (database_.fault_) return false;
    if (rows_.cut_column >= 0) {
      const Value& when = values_[static_cast<std::size_t>(rows_.cut_column)];
      if (!when.null) database_.make_year(rows_, when.text);
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (i > 0) rows_.bytes += '\t';
      if (values_[i].null) {
        rows_.bytes += kMissing;
      } else {
        append_escaped(rows_.bytes, values_[i].text);
      }
    }
    rows_.bytes += '\n';
    ++rows_.count;
    if (rows_.bytes.size() >= kCopyBytes) database_.copy(into_, rows_);
    return false;
  }

 private:
  std::string into_;
  Database::Rows& rows_;
};

Database::Database(PgConnection connection) : connection_{std::move(connection)} {
  // Values of rows belong in no message.
  PQsetErrorVerbosity(connection_.handle(), PQERRORS_TERSE);
}

Database::~Database() {
  statements_.clear();
  {
    const std::lock_guard lock{mutex_};
    ended_ = true;
    changed_.notify_all();
  }
  if (putter_.joinable()) putter_.join();
}

std::expected<std::unique_ptr<Database>, Fault> Database::open(const std::string& url,
                                                               const std::string& schema) {
  auto connection = PgConnection::open(url);
  if (!connection) return std::unexpected{std::move(connection.error())};
  auto database = std::make_unique<Database>(std::move(*connection));
  database->exec("SET search_path TO " + sql::quoted(schema) + "; SET DateStyle TO ISO");
  if (auto ready = database->check(); !ready) return std::unexpected{std::move(ready.error())};
  return database;
}

void Database::exec(const std::string& sql) {
  flush_all();
  drain();
  if (fault_) return;
  const PgResult result = take(PQexec(connection_.handle(), sql.c_str()), sql);
  // A transaction in which something failed is taken back, and the server calls that done.
  if (!fault_ && sql == "COMMIT" &&
      std::string_view{PQcmdStatus(result.get())} == std::string_view{"ROLLBACK"}) {
    fault_ = Fault{.what = "PostgreSQL took the transaction back"};
  }
}

sql::Statement& Database::prepared(std::string_view sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) {
    int count = 0;
    std::string text = numbered(sql, count);
    std::unique_ptr<sql::Statement> made;
    if (const std::string_view into = plainly_inserted(sql); !into.empty()) {
      made = std::make_unique<Inserting>(*this, std::string{into}, count);
    } else {
      made = std::make_unique<Asking>(*this, std::move(text), count);
    }
    it = statements_.emplace(sql, std::move(made)).first;
  }
  it->second->reset();
  return *it->second;
}

std::unique_ptr<sql::Statement> Database::scan(const std::string& sql) {
  int count = 0;
  std::string text = numbered(sql, count);
  return std::make_unique<Scan>(*this, std::move(text), count);
}

void Database::insert_rows(const std::string& into, int columns, std::size_t count,
                           const BindRow& bind) {
  Inserting insert{*this, into, columns};
  for (std::size_t n = 0; n < count; ++n) {
    insert.reset();
    bind(insert, 0, n);
    insert.run();
  }
}

void Database::forget_statements() {
  flush_all();
  drain();
  statements_.clear();
  if (!fault_) exec("DEALLOCATE ALL");
}

bool Database::has_table(std::string_view name) {
  sql::Statement& query = prepared(
      "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() "
      "AND table_name = ?");
  const bool there = query.bind(0, name).step();
  query.reset();
  return there;
}

sql::Words Database::words() const {
  // The lock keeps a rebuilt schema from taking the place of this one between two questions.
  return {.number = "BIGINT",
          .text = "TEXT COLLATE \"C\"",
          .clustered = "",
          .cuts = true,
          .chance = "md5(random()::text || clock_timestamp()::text)",
          .hold = " FOR UPDATE",
          .look =
              "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
              "LOCK TABLE meta IN ACCESS SHARE MODE"};
}

void Database::cut_by_year(const std::string& table, const std::string& column, sql::Cut cut) {
  cut_[table] = {.column = column, .cut = cut};
}

Database::Rows& Database::rows_of(std::string_view into) {
  const auto known = rows_.find(into);
  if (known != rows_.end()) return known->second;
  Rows rows;
  rows.table = table_in(into);
  if (const auto cutting = cut_.find(rows.table); cutting != cut_.end()) {
    rows.cut = cutting->second.cut;
    std::string_view columns = into.substr(rows.table.size() + 2);
    for (int n = 0; !columns.empty(); ++n) {
      const std::size_t end = columns.find_first_of(",)");
      if (columns.substr(0, end) == cutting->second.column) rows.cut_column = n;
      columns.remove_prefix(std::min(columns.size(), end + 2));
    }
  }
  return rows_.emplace(into, std::move(rows)).first->second;
}

void Database::make_year(Rows& rows, std::string_view value) {
  constexpr std::int64_t kDay = 86'400'000;
  constexpr std::int64_t kLast = 9999;
  const bool day = rows.cut == sql::Cut::day;
  const std::string of_time =
      day ? std::string{}
          : Date::from_days(static_cast<std::int32_t>(number_in(value) / kDay)).text();
  const std::int64_t year = number_in((day ? value : std::string_view{of_time}).substr(0, 4));
  if (year == rows.year) return;
  const auto bound = [&](std::int64_t of) -> std::string {
    if (of > kLast) return "MAXVALUE";
    const Date first = Date::from_civil(static_cast<int>(of), 1, 1).value_or(Date{});
    return day ? "'" + first.text() + "'" : std::to_string(std::int64_t{first.days()} * kDay);
  };
  const std::string name = rows.table + "_" + std::to_string(year);
  if (!years_.contains(name) && !has_table(name)) {
    drain();
    if (fault_) return;
    static_cast<void>(
        take(PQexec(connection_.handle(),
                    ("CREATE TABLE " + name + " PARTITION OF " + rows.table + " FOR VALUES FROM (" +
                     bound(year) + ") TO (" + bound(year + 1) + ")")
                        .c_str()),
             name));
  }
  if (fault_) return;
  years_.insert(name);
  rows.year = year;
}

void Database::flush_named(std::string_view sql) {
  for (auto& [into, rows] : rows_) {
    if (rows.count > 0 && sql.find(rows.table) != std::string_view::npos) copy(into, rows);
  }
}

void Database::flush_all() {
  for (auto& [into, rows] : rows_) {
    if (rows.count > 0) copy(into, rows);
  }
}

void Database::copy(const std::string& into, Rows& rows) {
  give_changes();
  Piece piece{.into = into, .bytes = std::exchange(rows.bytes, {}), .changes = {}};
  rows.count = 0;
  piece.size = piece.bytes.size();
  give(std::move(piece));
}

void Database::give_changes() {
  if (changes_.empty()) return;
  constexpr std::size_t kOfEach = 64;
  Piece piece{.into = {}, .bytes = {}, .changes = std::exchange(changes_, {})};
  piece.size = piece.changes.size() * kOfEach;
  for (const Change& change : piece.changes) {
    for (const auto& value : change.values) piece.size += value ? value->size() : 0;
  }
  // The server's work at them, as if they were rows.
  if (piece.changes.size() >= kInPipeline) piece.size = std::max(piece.size, kBesideBytes);
  give(std::move(piece));
}

void Database::give(Piece piece) {
  if (fault_) return;
  std::unique_lock lock{mutex_};
  if (waiting_ == 0 && piece.size < kBesideBytes) {
    lock.unlock();
    settle();
    if (!fault_) fault_ = put(piece);
    return;
  }
  if (!putter_.joinable()) putter_ = named_thread("bashu-pg-copy", [this] { put_pieces(); });
  changed_.wait(lock, [this] { return waiting_ < kWaitingMax; });
  waiting_ += piece.size;
  pieces_.push_back(std::move(piece));
  changed_.notify_all();
}

std::optional<Fault> Database::put(const Piece& piece) {
  return piece.changes.empty() ? put_rows(piece) : put_changes(piece.changes);
}

std::optional<Fault> Database::put_rows(const Piece& piece) {
  PGconn* const to = connection_.handle();
  const std::string sql = "COPY " + piece.into + " FROM STDIN";
  std::optional<Fault> fault;
  const auto failed = [&](const char* state) {
    if (fault) return;
    fault = connection_.failed(state);
    fault->what += " (" + shortened(sql) + ")";
  };
  const PgResult begun{PQexec(to, sql.c_str())};
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) {
    failed(PQresultErrorField(begun.get(), PG_DIAG_SQLSTATE));
    return fault;
  }
  if (PQputCopyData(to, piece.bytes.data(), static_cast<int>(piece.bytes.size())) != 1 ||
      PQputCopyEnd(to, nullptr) != 1) {
    failed(nullptr);
  }
  while (PGresult* const result = PQgetResult(to)) {
    const PgResult ended{result};
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
      failed(PQresultErrorField(result, PG_DIAG_SQLSTATE));
    if (PQstatus(to) == CONNECTION_BAD) break;
  }
  return fault;
}

std::optional<Fault> Database::put_changes(const std::vector<Change>& changes) {
  PGconn* const to = connection_.handle();
  std::optional<Fault> fault;
  const auto failed = [&](const char* state) {
    if (fault) return;
    fault = connection_.failed(state);
    fault->what += " (pipeline)";
  };
  if (PQenterPipelineMode(to) != 1) {
    failed(nullptr);
    return fault;
  }
  std::vector<const char*> values;
  for (const Change& change : changes) {
    values.clear();
    for (const auto& value : change.values) values.push_back(value ? value->c_str() : nullptr);
    if (PQsendQueryPrepared(to, change.name.c_str(), static_cast<int>(values.size()), values.data(),
                            nullptr, nullptr, 0) != 1) {
      failed(nullptr);
      break;
    }
  }
  if (PQpipelineSync(to) != 1) {
    failed(nullptr);
    return fault;
  }
  while (PQstatus(to) != CONNECTION_BAD) {
    PGresult* const result = PQgetResult(to);
    if (!result) continue;  // between the answers of two statements
    const PgResult taken{result};
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_PIPELINE_SYNC) break;
    if (status == PGRES_PIPELINE_ABORTED) continue;  // after one that failed, which is told
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      failed(PQresultErrorField(result, PG_DIAG_SQLSTATE));
  }
  if (PQexitPipelineMode(to) != 1) failed(nullptr);
  return fault;
}

void Database::put_pieces() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return ended_ || !pieces_.empty(); });
    if (pieces_.empty()) return;
    const Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    if (!put_fault_) {  // after one that failed nothing more is put
      lock.unlock();
      auto fault = put(piece);
      lock.lock();
      put_fault_ = std::move(fault);
    }
    waiting_ -= piece.size;
    changed_.notify_all();
  }
}

void Database::settle() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return waiting_ == 0; });
  if (put_fault_ && !fault_) fault_ = std::move(put_fault_);
  put_fault_.reset();
}

void Database::drain() {
  settle();
  const std::vector<Change> changes = std::exchange(changes_, {});
  if (!changes.empty() && !fault_) fault_ = put_changes(changes);
}

PgResult Database::take(PGresult* result, std::string_view doing) {
  PgResult taken{result};
  const ExecStatusType status = PQresultStatus(taken.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    failed_in(PQresultErrorField(taken.get(), PG_DIAG_SQLSTATE), doing);
  return taken;
}

// What failed has spoilt its transaction; others may wait for its locks.
void Database::take_back() {
  for (auto& [into, rows] : rows_) {
    rows.bytes.clear();
    rows.count = 0;
  }
  changes_.clear();
  settle();
  PQclear(PQexec(connection_.handle(), "ROLLBACK"));  // without one: a warning; broken: nothing
}

std::expected<void, Fault> Database::check() {
  if (!fault_) return {};
  take_back();
  return std::unexpected{*std::exchange(fault_, std::nullopt)};
}

void Database::fail(std::string what) {
  if (!fault_) fault_ = Fault{.what = std::move(what)};
}

void Database::failed_in(const char* state, std::string_view doing) {
  if (fault_) return;
  fault_ = connection_.failed(state);
  fault_->what += " (" + shortened(doing) + ")";
}

}  // namespace bashu::postgres
