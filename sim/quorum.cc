#include "quorum.h"

#include <functional>
#include <utility>

#include "journal/memory.h"

namespace bashu::sim {

namespace {

using Kind = QuorumDatabase::Row::Kind;

std::unexpected<Fault> fault(const char* what) { return std::unexpected{Fault{.what = what}}; }
std::unexpected<Fault> unknown() {
  return std::unexpected{Fault{.what = "the connection broke", .unknown_outcome = true}};
}

// Read only without an epoch.
class QuorumJournal final : public journal::Journal {
 public:
  QuorumJournal(QuorumDatabase& database, std::optional<std::uint64_t> epoch)
      : database_{database}, epoch_{epoch}, size_{database.now().size} {}

  std::expected<void, Fault> append(const journal::Commit& commit) override {
    if (!epoch_ || commit.first != size_) return fault("a commit out of order");
    const bool waited = database_.waits();
    const auto done = database_.run({.kind = Kind::commit, .epoch = *epoch_, .commit = commit});
    if (!done) return std::unexpected{done.error()};
    if (!*done) {
      ++database_.counts()["fenced appends"];
      return fault("another writer has taken this journal over");
    }
    if (!had_by_enough(waited)) return unknown();
    size_ = commit.first + commit.count;
    return {};
  }
  std::expected<std::vector<journal::Commit>, Fault> read(std::uint64_t from,
                                                          std::size_t bytes_max) override {
    const QuorumDatabase::Tables& tables = asked();
    return journal::commits_from(tables.commits, from, epoch_ ? size_ : tables.size, bytes_max);
  }
  std::uint64_t size() const override { return epoch_ ? size_ : asked().size; }
  std::expected<journal::Seat, Fault> seat() override {
    const QuorumDatabase::Tables& tables = asked();
    return journal::Seat{
        .epoch = tables.epoch, .beat = tables.beat, .holder = tables.holder, .moved = {}};
  }
  std::expected<bool, Fault> beat() override {
    if (!epoch_ || database_.now().epoch != *epoch_) return false;
    database_.beat();
    return true;
  }

 private:
  // As journal/postgres.cc asks: it waited before and waits still; else a later statement has to be
  // waited for, whose machines have all before it.
  bool had_by_enough(bool enough) {
    while (true) {
      const bool still = database_.flaw() == Flaw::one_look || database_.waits();
      if (enough && still) return true;
      ++database_.counts()["words held back"];
      if (!database_.time_passes()) return false;
      enough = database_.waits();
      if (!database_.confirm(*epoch_)) return false;
    }
  }
  [[nodiscard]] const QuorumDatabase::Tables& asked() const {
    return epoch_ ? database_.now() : database_.anywhere();
  }
  QuorumDatabase& database_;
  std::optional<std::uint64_t> epoch_;
  std::uint64_t size_;
};

class QuorumSecrets final : public node::Secrets {
 public:
  explicit QuorumSecrets(QuorumDatabase& database) : database_{database} {}
  std::expected<std::optional<std::string>, Fault> key(std::string_view id) override {
    return find(database_.now().keys, id);
  }
  std::expected<std::optional<std::string>, Fault> setting(std::string_view name) override {
    return find(database_.settings(), name);
  }
  std::expected<std::vector<Named>, Fault> page(Kind kind, std::string_view after,
                                                std::size_t rows_max) override {
    const auto& rows = kind == Kind::keys ? database_.now().keys : database_.settings();
    std::vector<Named> page;
    for (auto it = rows.upper_bound(after); it != rows.end() && page.size() < rows_max; ++it) {
      page.push_back(*it);
    }
    return page;
  }
  std::expected<void, Fault> add_keys(const std::vector<Named>& keys) override {
    for (const auto& [id, bytes] : keys) {
      again({.kind = QuorumDatabase::Row::Kind::key, .name = id, .bytes = bytes});
    }
    return {};
  }
  std::expected<void, Fault> set(std::string_view name, std::string_view value) override {
    database_.set(name, value);
    return {};
  }
  std::expected<void, Fault> erase_keys(const std::vector<std::string>& ids) override {
    for (const std::string& id : ids) {
      again({.kind = QuorumDatabase::Row::Kind::erased, .name = id});
    }
    return {};
  }
  std::expected<void, Fault> rewrite(const std::function<std::string(std::string_view)>& /*change*/,
                                     const Named& /*mark*/) override {
    return fault("the simulator wraps no keys");
  }

 private:
  static std::optional<std::string> find(const QuorumDatabase::Named& in, std::string_view name) {
    const auto it = in.find(name);
    return it == in.end() ? std::nullopt : std::optional{it->second};
  }
  // Until it is acknowledged: what is there already is written once more.
  void again(const QuorumDatabase::Row& row) {
    while (!database_.run(row)) ++database_.counts()["keys written again"];
  }
  QuorumDatabase& database_;
};

}  // namespace

bool QuorumDatabase::holds(const Row& row) const {
  switch (row.kind) {
    case Kind::raise:
      return !row.if_epoch || now().epoch == *row.if_epoch;
    case Kind::commit:
      return flaw_ == Flaw::blind_append ||
             (now().epoch == row.epoch && now().size == row.commit.first);
    case Kind::key:
    case Kind::erased:
      return true;
  }
  return true;
}

bool QuorumDatabase::write(Row row) {
  if (!holds(row)) return false;
  row.term = term_;
  if (row.kind == Kind::raise) row.epoch = now().epoch + 1;
  add(leader_, std::make_shared<const Row>(std::move(row)));
  return true;
}

void QuorumDatabase::add(std::size_t machine, std::shared_ptr<const Row> row) {
  Tables& tables = machines_[machine].tables;
  switch (row->kind) {
    case Kind::raise:
      tables.epoch = row->epoch;
      tables.holder = row->name;
      tables.beat = 0;
      break;
    case Kind::commit:
      tables.size = row->commit.first + row->commit.count;
      tables.commits.push_back(row->commit);
      break;
    case Kind::key:
      tables.keys.try_emplace(row->name, row->bytes);
      break;
    case Kind::erased:
      if (flaw_ != Flaw::returning_key || machine == leader_) tables.keys.erase(row->name);
      break;
  }
  machines_[machine].log.push_back(std::move(row));
}

// A log that is no beginning of the leader's is cut back first.
void QuorumDatabase::copy_to(std::size_t machine) {
  const Machine& leader = machines_[leader_];
  Machine& other = machines_[machine];
  const std::size_t held = other.log.size();
  // Rows of one place that are the same come after the same rows.
  if (held > leader.log.size() || (held > 0 && other.log.back() != leader.log[held - 1]))
    other = {};
  for (std::size_t i = other.log.size(); i < leader.log.size(); ++i) add(machine, leader.log[i]);
  other.tables.beat = leader.tables.beat;
}

std::expected<bool, Fault> QuorumDatabase::run(const Row& row) {
  const bool key = row.kind == Kind::key || row.kind == Kind::erased;
  const std::int64_t drawn = faulty_ ? random_.below(1'000) : 999;
  if (drawn < 15) {
    ++counts_["writes lost"];
    return unknown();
  }
  // Of what is written again until it is acknowledged the second waits for the first.
  if (drawn < 35 && !key) {
    ++counts_["writes on their way"];
    on_its_way_.push_back(row);
    return unknown();
  }
  const bool written = write(row);
  if (drawn < 75) {
    ++counts_["writes on one machine, nobody knows"];
    return unknown();
  }
  const bool alone =
      flaw_ == Flaw::hasty_answer || (flaw_ == Flaw::lonely_key && row.kind == Kind::key);
  // A vault has no guard, so nobody tells its servers to let go what waits.
  if (!alone && key) copy_to(another());
  if (!alone && !key) be_held();
  if (drawn < 100) {
    ++counts_["writes on two machines, nobody knows"];
    return unknown();
  }
  return written;
}

void QuorumDatabase::be_held() {
  if (faulty_ && waits_ && random_.below(50) == 0) {
    wait(false);
    ++counts_["let go while they waited"];
  }
  if (waits_) copy_to(another());
}

bool QuorumDatabase::confirm(std::uint64_t epoch) {
  if (now().epoch != epoch) return false;
  beat();
  be_held();
  return true;
}

void QuorumDatabase::wait(bool waits) {
  if (!waits && waits_) ++counts_["told to wait for nobody"];
  waits_ = waits;
}

bool QuorumDatabase::time_passes() {
  const std::int64_t drawn = faulty_ ? random_.below(4) : 3;
  if (drawn == 0) return false;
  if (drawn == 1) fail_over();
  wait(true);
  return drawn > 1;
}

void QuorumDatabase::deliver() {
  if (on_its_way_.empty()) return;
  const auto one =
      on_its_way_.begin() + random_.below(static_cast<std::int64_t>(on_its_way_.size()));
  const bool written = write(std::move(*one));
  on_its_way_.erase(one);
  ++counts_[written ? "late writes that were written" : "late writes that were fenced"];
}

const QuorumDatabase::Tables& QuorumDatabase::anywhere() {
  if (!faulty_ || random_.below(4) > 0) return now();
  ++counts_["stale reads"];
  return machines_[static_cast<std::size_t>(random_.below(3))].tables;
}

// Of the two that are left one holds whatever two held.
void QuorumDatabase::fail_over() {
  const std::size_t one = (leader_ + 1) % 3, other = (leader_ + 2) % 3;
  const auto heard = [this](std::size_t machine) {
    const Log& log = machines_[machine].log;
    return std::pair{log.empty() ? 0 : log.back()->term, log.size()};
  };
  leader_ = heard(one) >= heard(other) ? one : other;
  ++term_;
  ++counts_["failovers"];
}

std::expected<std::unique_ptr<journal::Journal>, Fault> open_quorum(
    QuorumDatabase& database, const std::string& holder, std::optional<std::uint64_t> epoch) {
  const auto too_few = [&database] {
    ++database.counts()["did not begin with too few"];
    return fault("the server waits for nobody");
  };
  if (!database.waits()) return too_few();
  const auto raised = database.run({.kind = Kind::raise, .if_epoch = epoch, .name = holder});
  if (!raised) return std::unexpected{raised.error()};
  if (!*raised) {
    ++database.counts()["beaten to it"];
    return fault("another one has taken this journal over meanwhile");
  }
  // It may have been let go while it waited.
  if (!database.waits()) return too_few();
  return std::make_unique<QuorumJournal>(database, database.now().epoch);
}

std::unique_ptr<journal::Journal> read_quorum(QuorumDatabase& database) {
  return std::make_unique<QuorumJournal>(database, std::nullopt);
}

std::unique_ptr<node::Secrets> quorum_secrets(QuorumDatabase& database) {
  return std::make_unique<QuorumSecrets>(database);
}

}  // namespace bashu::sim
