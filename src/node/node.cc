// The kernel on two threads and a bounded queue, and a third thread for what nobody waits for:
// tree files, index and snapshots.

#include "node/node.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <future>
#include <iostream>
#include <mutex>
#include <thread>
#include <utility>

#include "base/assert.h"
#include "base/thread.h"
#include "base/together.h"
#include "evidence/tree.h"
#include "journal/quorum.h"
#include "node/guarded.h"
#include "node/kernel.h"
#include "node/kernel_reads.h"
#include "node/leap.h"
#include "texts/texts.h"

namespace bashu::node {

namespace {

constexpr std::chrono::milliseconds kTick{1'000}, kSoon{20};
constexpr std::size_t kQueuedBytesMax = 64U << 20;
constexpr std::size_t kTogetherMax = 64, kTogetherBytesMax = 64U << 10;
constexpr std::uint64_t kSnapshotEvery = 200'000;
constexpr std::int64_t kAwaitMs = 60'000;
constexpr int kExitUnknownState = 70;
// A commit that takes longer hangs; so does a server that says nothing for so long.
constexpr std::int64_t kHangsMs = 3'000;

// At least 1.
std::int64_t steady_ms() {
  return 1 + std::chrono::duration_cast<std::chrono::milliseconds>(
                 std::chrono::steady_clock::now().time_since_epoch())
                 .count();
}

[[noreturn]] void stop_at_once(const Fault& fault) {
  std::cerr << "the journal could not be made durable: " << fault.what
            << "\nthe node stops: its state is unknown until it has read its journal again"
            << std::endl;
  std::_Exit(kExitUnknownState);
}

[[noreturn]] void stop_following(const Fault& fault) {
  std::cerr << "the journal cannot be followed: " << fault.what
            << "\nthis machine stops standing by" << std::endl;
  std::_Exit(kExitUnknownState);
}

// Nothing it decided since has left, and nothing of it will.
[[noreturn]] void stop_moved(const std::string& moved) {
  std::cerr << moved << "\nthis node stops" << std::endl;
  std::_Exit(kExitUnknownState);
}
[[noreturn]] void stop_taken_over(const std::string& holder) {
  std::cerr << "another node writes this journal now" << (holder.empty() ? "" : ": ") << holder
            << "\nthis one stops; started with --standby it follows" << std::endl;
  std::_Exit(kExitUnknownState);
}

// What was asked for may be in the journal or not: whoever waited for it cannot be told more.
[[noreturn]] void stop_unanswered(std::int64_t waits_ms, const journal::Quorum& quorum) {
  std::cerr << "the node was told to end, and a commit has been on its way for " << waits_ms / 1'000
            << " s" << (quorum.is_short() ? ": " + journal::words_of(quorum) : std::string{})
            << "\nthe node stops: whether that commit is in the journal is unknown until the next "
               "start has read it"
            << std::endl;
  std::_Exit(kExitUnknownState);
}
[[noreturn]] void stop_unheard() {
  std::cerr << "the node was told to end, and the server of its journal does not answer"
            << "\nthe node stops: no commit was on its way" << std::endl;
  std::_Exit(kExitUnknownState);
}

// Of the calling thread only: Linux keeps a nice value per thread.
void lower_priority() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 10); }

// What one more decision of the largest kind must still fit beside.
bool heavy(const Batch& batch) {
  constexpr std::size_t kBytesMax = 256U << 10;
  constexpr std::uint64_t kEntriesMax = 1'024;
  return batch.bytes >= kBytesMax || batch.entries >= kEntriesMax;
}

// What the exchange offers again until it is taken.
bool repeats_itself(const core::Command& command) {
  return std::holds_alternative<core::TakeMessage>(command) ||
         std::holds_alternative<core::AckMessage>(command) ||
         std::holds_alternative<core::ResendMessage>(command) ||
         std::holds_alternative<core::StopChannel>(command) ||
         std::holds_alternative<core::AdoptRecord>(command);
}

// More than the day after, in a circle with others: the node was at rest, or its clock is wrong.
bool is_long_after(const core::State& state, Clock& clock) {
  const auto& circle = state.circle();
  return has_peers(circle.parties, circle.own) && clock.follows_time() &&
         clock.today() > circle.today.plus_days(1);
}

class ThreadedNode final : public KernelReads {
 public:
  ThreadedNode(std::unique_ptr<Kernel> kernel, std::size_t queue_max, bool guarded, bool waits)
      : kernel_{std::move(kernel)}, queue_max_{queue_max}, filling_{kernel_->batch()} {
    if (guarded) gate().shut(Gate::Why::restored, texts::title("gate.restored"));
    if (waits) peer_times().await(kAwaitMs, kernel_->clock());
    kernel_->ask(peer_times());
    core_ = named_thread("bashu-core", [this] { run_core(); });
    writer_ = named_thread("bashu-writer", [this] { run_writer(); });
    keeper_ = named_thread("bashu-keeper", [this] { run_keeper(); });
    if (kernel_->erases_late()) eraser_ = named_thread("bashu-eraser", [this] { run_eraser(); });
    const auto seat = archive().journal().seat();
    if (!seat || seat->epoch > 0) pulse_ = named_thread("bashu-pulse", [this] { run_pulse(); });
  }

  // Before it is given to anybody.
  void stand_by(std::int64_t after_ms) {
    gate().shut(Gate::Why::standby, texts::title("gate.standby"));
    standby_ = std::make_unique<Standby>(Standby::Parts{
        .journal = *kernel_->followed(),
        .after_ms = after_ms,
        .may_write = [this] { return kernel_->may_write(); },
        .take = [this](const auto& commits) { return take(commits); },
        .begin = [this](const auto& last, const auto& what) { return begin_writing(last, what); },
        .end = [](const Fault& fault) { stop_following(fault); }});
  }

  // What was accepted is decided and made durable first.
  ~ThreadedNode() override {
    asking_since_ms_.store(steady_ms(), std::memory_order_release);
    if (standby_) standby_->stop();
    asking_since_ms_.store(0, std::memory_order_release);
    {
      const std::lock_guard lock{guard_};
      stopping_ = true;
    }
    work_.notify_all();
    room_.notify_all();
    core_.join();
    {
      const std::lock_guard lock{guard_};
      core_done_ = true;
    }
    fill_.notify_all();
    writer_.join();
    keep_.notify_all();
    keeper_.join();
    if (eraser_.joinable()) eraser_.join();
    asking_since_ms_.store(steady_ms(), std::memory_order_release);
    if (pulse_.joinable()) pulse_.join();
    asking_since_ms_.store(0, std::memory_order_release);
    if (const auto flushed = kernel_->archive().flush(true); !flushed) {
      std::cerr << flushed.error().what << "; read again from the journal at the next start\n";
    }
  }

  std::optional<StandbyStatus> standby() override {
    return standby_ && standby_->stands() ? std::optional{standby_->status()} : std::nullopt;
  }
  std::expected<void, Fault> take_over(const std::string& by) override {
    return standby_ ? standby_->take_over(by) : Node::take_over(by);
  }

  bool submit(Request request, std::function<void(Outcome)> done) override {
    if (auto refused = refused_at_gate(request)) {
      if (repeats_itself(request.command)) return false;
      done(std::move(*refused));
      return true;
    }
    std::unique_lock lock{guard_};
    if (stopping_ || crowded(request)) return false;
    enqueue(std::move(request), std::move(done));
    lock.unlock();
    Together::tell(this, [this] { work_.notify_one(); });
    return true;
  }

  Outcome run(Request request) override {
    if (auto refused = refused_at_gate(request)) return std::move(*refused);
    // Shared: the one who sets it may still be at it when the one who waited is gone.
    const auto answer = std::make_shared<std::promise<Outcome>>();
    auto outcome = answer->get_future();
    {
      std::unique_lock lock{guard_};
      ++waiting_for_room_;
      room_.wait(lock, [&] { return stopping_ || !crowded(request); });
      --waiting_for_room_;
      if (stopping_) return Fault{.what = "the node is stopping"};
      enqueue(std::move(request), [answer](Outcome one) { answer->set_value(std::move(one)); });
    }
    work_.notify_one();
    return outcome.get();
  }

  void query(const std::function<void(const core::State&)>& read) override {
    const auto seen = std::make_shared<std::promise<void>>();
    const auto done = seen->get_future();
    {
      // Its caller waits, so queries need no bound of their own.
      const std::lock_guard lock{guard_};
      BASHU_ASSERT(!stopping_);
      queue_.push_back({.request = {}, .done = {}, .query = [this, &read, seen](Batch& batch) {
                          read(kernel_->state());
                          kernel_->wait(batch, [seen] { seen->set_value(); });
                        }});
    }
    work_.notify_one();
    done.wait();
  }

  bool query_within(int timeout_ms, const std::function<void(const core::State&)>& read) override {
    const auto seen = std::make_shared<std::promise<void>>();
    const auto done = seen->get_future();
    {
      const std::lock_guard lock{guard_};
      BASHU_ASSERT(!stopping_);
      queue_.push_back({.request = {}, .done = {}, .query = [this, read, seen](Batch& batch) {
                          read(kernel_->state());
                          kernel_->wait(batch, [seen] { seen->set_value(); });
                        }});
    }
    work_.notify_one();
    return done.wait_for(std::chrono::milliseconds{timeout_ms}) == std::future_status::ready;
  }
  std::int64_t commit_waits_ms() const override {
    const std::int64_t since = writing_since_ms_.load(std::memory_order_acquire);
    return since == 0 ? 0 : steady_ms() - since;
  }

  void end_within(std::int64_t patience_ms) override {
    end_by_ms_.store(steady_ms() + patience_ms, std::memory_order_release);
    if (ending_.joinable()) return;
    ending_ = std::jthread{[this](const std::stop_token& stop) {
      name_thread("bashu-ending");
      run_ending(stop);
    }};
  }

  std::uint64_t wait_durable(std::uint64_t above, int timeout_ms) override {
    std::unique_lock lock{durable_guard_};
    durable_changed_.wait_for(lock, std::chrono::milliseconds{timeout_ms},
                              [&] { return kernel_->durable() > above; });
    return kernel_->durable();
  }
  std::expected<std::uint64_t, Fault> snapshot() override {
    return std::async(std::launch::async,
                      [this] {
                        lower_priority();
                        return kernel_->snapshot();
                      })
        .get();
  }

 private:
  struct Work {
    Request request;
    std::function<void(Outcome)> done;
    std::function<void(Batch&)> query;  // instead
  };

  Kernel& kernel() const override { return *kernel_; }

  // Runs it on the core's thread; the answer is set by it or by what it leaves in the batch.
  // Shared, as in run().
  using Answer = std::shared_ptr<std::promise<std::expected<void, Fault>>>;
  std::expected<void, Fault> on_core(const std::function<void(Batch&, const Answer&)>& what) {
    const auto answer = std::make_shared<std::promise<std::expected<void, Fault>>>();
    auto outcome = answer->get_future();
    {
      const std::lock_guard lock{guard_};
      queue_.push_back({.request = {}, .done = {}, .query = [what, answer](Batch& batch) {
                          what(batch, answer);
                        }});
    }
    work_.notify_one();
    return outcome.get();
  }

  std::expected<void, Fault> take(const std::vector<journal::Commit>& commits) {
    auto taken = on_core([&](Batch& batch, const Answer& answer) {
      auto done = kernel_->take(commits);
      batch.first = kernel_->batch().first;
      answer->set_value(std::move(done));
    });
    tell_durable();
    return taken;
  }

  std::expected<void, Fault> begin_writing(const journal::Commit& last,
                                           const core::TakeOver& what) {
    return on_core([&](Batch& batch, const Answer& answer) {
      if (auto begun = kernel_->begin_writing(batch, last, what); !begun) {
        return answer->set_value(std::move(begun));
      }
      if (is_long_after(kernel_->state(), kernel_->clock())) {
        peer_times().await(kAwaitMs, kernel_->clock());
      }
      begun_.store(true, std::memory_order_release);
      // The core's thread goes on meanwhile; whoever waits for this one is told when it is durable.
      kernel_->wait(batch, [this, answer] {
        gate().open(Gate::Why::standby);
        answer->set_value({});
      });
    });
  }

  [[nodiscard]] std::optional<Reject> refused_at_gate(const Request& request) {
    return request.dry_run ? std::nullopt : gate().refusal();
  }

  // Under guard_.
  [[nodiscard]] bool crowded(const Request& request) const {
    return queue_.size() >= queue_max_ ||
           (!queue_.empty() && queued_bytes_ + request.evidence.size() > kQueuedBytesMax);
  }
  void enqueue(Request request, std::function<void(Outcome)> done) {
    queued_bytes_ += request.evidence.size();
    queue_.push_back({.request = std::move(request), .done = std::move(done), .query = {}});
  }

  void run_core() {
    std::vector<Work> works;
    for (;;) {
      works.clear();
      {
        std::unique_lock lock{guard_};
        // A full commit waits for the writer; meanwhile the queue fills and refuses.
        work_.wait_for(lock, kernel_->has_more_to_do() ? kSoon : kTick,
                       [&] { return !filling_.full() && (stopping_ || !queue_.empty()); });
        if (filling_.full()) continue;
        if (queue_.empty() && stopping_) return;
        // Small ones together: a lock and a notice for each would cost as much as deciding them.
        std::size_t bytes = 0;
        while (!queue_.empty() && works.size() < kTogetherMax && bytes < kTogetherBytesMax) {
          bytes += queue_.front().request.evidence.size();
          works.push_back(std::move(queue_.front()));
          queue_.pop_front();
        }
        queued_bytes_ -= bytes;
        if (!works.empty() && waiting_for_room_ > 0) room_.notify_all();
      }
      Batch batch = kernel_->batch();
      batch.items.reserve(works.size() + 1);
      if (gate().is_open()) kernel_->tick(batch);
      for (Work& work : works) {
        if (heavy(batch)) {
          hand_over(std::exchange(batch, {}));
          std::unique_lock lock{guard_};
          work_.wait(lock, [&] { return !filling_.full(); });
          batch = kernel_->batch();
        }
        if (work.query) {
          work.query(batch);
        } else {
          kernel_->handle(batch, std::move(work.request), std::move(work.done));
        }
      }
      if (!batch.empty()) hand_over(std::move(batch));
    }
  }

  void hand_over(Batch batch) {
    {
      const std::lock_guard lock{guard_};
      if (filling_.empty()) {
        filling_ = std::move(batch);
      } else {
        filling_.merge(std::move(batch));
      }
    }
    fill_.notify_one();
  }

  void run_writer() {
    for (;;) {
      Batch batch;
      {
        std::unique_lock lock{guard_};
        fill_.wait(lock, [&] { return !filling_.empty() || core_done_; });
        if (filling_.empty()) return;
        batch = std::exchange(filling_, {});
      }
      if (batch.full()) work_.notify_one();  // there is room again
      const std::uint64_t before = kernel_->durable();
      writing_since_ms_.store(steady_ms(), std::memory_order_release);
      if (const auto written = kernel_->write(std::move(batch)); !written) {
        stop_at_once(written.error());
      }
      writing_since_ms_.store(0, std::memory_order_release);
      if (kernel_->durable() != before) tell_durable();
    }
  }

  void tell_durable() {
    // Taken so that nobody checks between the change and the notice.
    {
      const std::lock_guard lock{durable_guard_};
    }
    durable_changed_.notify_all();
  }

  // Tells that it lives whoever stands by, and hears when its place is taken.
  void run_pulse() {
    for (;;) {
      {
        std::unique_lock lock{guard_};
        if (keep_.wait_for(lock, kTick, [&] { return core_done_; })) return;
      }
      if (standby_ && !begun_.load(std::memory_order_acquire)) continue;
      journal::Journal& journal = archive().journal();
      const auto ours = journal.beat();
      look_at_quorum(journal.quorum());
      if (!ours || *ours) continue;
      const auto now = journal.seat();
      if (now && !now->moved.empty()) stop_moved(now->moved);
      stop_taken_over(now ? now->holder : std::string{});
    }
  }

  // Until this node is gone.
  void run_ending(const std::stop_token& stop) {
    constexpr std::chrono::milliseconds kLook{50};
    for (; !stop.stop_requested(); std::this_thread::sleep_for(kLook)) {
      if (steady_ms() < end_by_ms_.load(std::memory_order_acquire)) continue;
      if (const auto waits = commit_waits_ms(); waits >= kHangsMs) {
        stop_unanswered(waits, quorum());
      }
      const auto asking = asking_since_ms_.load(std::memory_order_acquire);
      if (asking != 0 && steady_ms() - asking >= kHangsMs) stop_unheard();
    }
  }

  // What would be acknowledged and then lost is not begun.
  void look_at_quorum(const journal::Quorum& quorum) {
    if (!quorum.holds_back || !quorum.is_short()) return gate().open(Gate::Why::quorum);
    gate().shut(Gate::Why::quorum,
                texts::title("gate.quorum", {{"waits", std::to_string(quorum.waited_for)},
                                             {"wanted", std::to_string(quorum.wanted)}}));
  }

  // Who needs a key that is only in the table waits while it is written anew: no more than a tenth
  // of the time, whatever is erased.
  void run_eraser() {
    using std::chrono::milliseconds;
    constexpr milliseconds kPause{100}, kAgain{5'000};
    constexpr int kRestsFor = 10;
    lower_priority();
    for (milliseconds pause = kPause;;) {
      {
        std::unique_lock lock{guard_};
        if (keep_.wait_for(lock, pause, [&] { return core_done_; })) return;
      }
      const auto begun = std::chrono::steady_clock::now();
      const auto done = kernel_->erase_what_waits();
      if (!done) std::cerr << "keys wait to be erased: " << done.error().what << std::endl;
      const auto took =
          std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
      pause = done ? std::max(kPause, took * kRestsFor) : kAgain;
    }
  }

  void run_keeper() {
    lower_priority();
    for (;;) {
      {
        std::unique_lock lock{guard_};
        if (keep_.wait_for(lock, kTick, [&] { return core_done_; })) return;
      }
      if (const auto flushed = archive().flush(false); !flushed) {
        std::cerr << flushed.error().what << std::endl;
      }
      if (kernel_->since_snapshot() < kSnapshotEvery) continue;
      if (const auto made = kernel_->snapshot(); !made) {
        std::cerr << "no snapshot: " << made.error().what << std::endl;
      }
    }
  }

  std::unique_ptr<Kernel> kernel_;
  std::size_t queue_max_;

  std::mutex guard_;
  std::condition_variable work_, fill_, keep_, room_;
  std::deque<Work> queue_;
  std::size_t queued_bytes_ = 0;
  int waiting_for_room_ = 0;
  Batch filling_;
  bool stopping_ = false, core_done_ = false;

  std::mutex durable_guard_;
  std::condition_variable durable_changed_;

  std::unique_ptr<Standby> standby_;
  std::atomic<std::int64_t> writing_since_ms_ = 0;  // 0: nothing is being written
  std::atomic<bool> begun_ = false;                 // to write, after having stood by
  std::thread core_, writer_, keeper_, eraser_, pulse_;

  std::atomic<std::int64_t> end_by_ms_ = 0;
  std::atomic<std::int64_t> asking_since_ms_ = 0;  // at the end, for whom asks the server last
  std::jthread ending_;                            // ends first
};

}  // namespace

std::expected<void, Fault> Node::take_over(const std::string& /*by*/) {
  return std::unexpected{Fault{.what = "this node does not stand by"}};
}

std::expected<std::unique_ptr<Node>, StartFault> Node::open(const Options& options) {
  BASHU_ASSERT(options.storage && options.clock && options.chance);
  const Kernel::Parts parts{
      .storage = options.storage, .clock = options.clock, .chance = options.chance};
  auto kernel = options.standby_ms ? Kernel::follow(parts) : Kernel::open(parts);
  if (!kernel) return std::unexpected{kernel.error()};
  if (options.standby_ms) {
    auto node = std::make_unique<ThreadedNode>(std::move(*kernel), options.queue_max, false, false);
    node->stand_by(*options.standby_ms);
    return node;
  }
  // The day begins before anybody asks; but nothing is numbered in a journal nobody has confirmed.
  const bool guarded = is_guarded(options.storage->files());
  // Nor a day long after the last one, before a peer has said what time it is.
  const bool waits = is_long_after((*kernel)->state(), *options.clock);
  Batch batch = (*kernel)->batch();
  if (!guarded && !waits) (*kernel)->tick(batch);
  if (!batch.empty()) {
    if (auto written = (*kernel)->write(std::move(batch)); !written) {
      return std::unexpected{written.error()};
    }
  }
  return std::make_unique<ThreadedNode>(std::move(*kernel), options.queue_max, guarded, waits);
}

}  // namespace bashu::node
