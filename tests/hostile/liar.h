// A member of the circle that lies. It has keys of its own, signed into the agreement as
// everybody's are, a node to learn from what it is told, and says whatever the seed wants: what is
// true, what is true but altered, and what nobody could mean honestly.
//
//     own node ─► genuine messages ─┬─► as they are, altered, twice, late, never
//                                   │
//     lies by kind ─────────────────┼─► signed with its key ─► the honest nodes' doors
//     bytes of no meaning ──────────┘
//     calls of honest nodes ─► its own answer, or a wrong one, or a second history's
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "evidence/envelope.h"
#include "house.h"
#include "sim/random.h"

namespace bashu::hostile {

// Whom the liar's sign-in service vouches for, when it tells the truth.
inline constexpr const char* kLiarsOfficer = "user:officer";

// Counted when somebody asks to be shown what it claims to hold of theirs.
inline constexpr const char* kAskedForMessage = "asked to show a message";
inline constexpr const char* kAskedForKeyList = "asked to show a key list";
inline constexpr const char* kAskedForCheckpoint = "asked to show a checkpoint";

// Counted when a settlement without a true voucher was answered as taken.
inline constexpr const char* kTakenOfNobody = "a settlement of nobody, taken";

class Liar {
 public:
  // `own` and `twin` are nodes under the same keys: one history, and the other it can show.
  Liar(const Time& time, std::uint64_t seed, House& own, House& twin, std::vector<House*> victims,
       std::string pack);

  // Passes on what its own node says, as it is, for as long as the circle forms.
  void speak_truly();
  // From now on it says, too, that it holds more of what others signed than they do.
  void claim_more() { claims_more_ = true; }
  // From now on it lies: up to so many calls at each door.
  void act(std::int64_t calls);
  // A call of an honest node.
  void answer(House& from, const exchange::PeerCall& call);
  // Its nodes decide what they were told.
  void work();

  // What it has said in envelopes that were answered, bytes.
  [[nodiscard]] std::int64_t heard_bytes() const { return heard_bytes_; }
  [[nodiscard]] const std::map<std::string, std::int64_t>& counts() const { return counts_; }
  // Keys and documents that only messages brought which must be refused.
  [[nodiscard]] const std::set<std::string>& useless() const { return useless_; }

 private:
  using Lie = void (Liar::*)(House&);
  struct Kind {
    const char* name;
    Lie lie;
  };
  static const std::vector<Kind>& kinds();

  using Reply = std::function<void(int status, std::string body)>;
  [[nodiscard]] bool claims_more(House& from, const exchange::PeerCall& call, const Reply& reply);
  void shows_falsely(House& from, const Reply& reply);

  void pass_on(House& to);
  void pass_on_altered(House& to);
  void open_case(House& to);
  void another_number(House& to);
  void false_record(House& to);
  void claim(House& to);
  void dispute(House& to);
  void settle(House& to);
  void show(House& to);
  void settle_record(House& to);
  void unknown_pack(House& to);
  void ask_or_signal(House& to);
  void order_erasure(House& to);
  void false_figures(House& to);
  void open_trip(House& to);
  void park(House& to);
  void baggage(House& to);
  void ping(House& to);
  void replay(House& to);
  void gap(House& to);
  void number_twice(House& to);
  void damaged(House& to);
  void garbage(House& to);
  void huge(House& to);
  void wrong_head(House& to);
  void odd_call(House& to);

  [[nodiscard]] std::int64_t next(const House& to) const;
  [[nodiscard]] evidence::Payload payload(const House& to, std::int64_t seq, std::string kind,
                                          std::string stream, Value body);
  // The body with a voucher, which is one in half of the cases.
  [[nodiscard]] Value vouched(const House& to, Value body);
  [[nodiscard]] std::string sign(const evidence::Payload& payload) const;
  void say(House& to, const std::string& kind, const std::string& stream, Value body);
  void post(House& to, const std::string& text);
  void call(House& to, const std::string& method, const std::string& target,
            const std::string& body = {}, const std::string& type = "application/jose+json");
  // The oldest genuine message of its node to that one, not passed on yet.
  [[nodiscard]] std::optional<evidence::Payload> genuine(const House& to);

  [[nodiscard]] std::string any_case();
  [[nodiscard]] std::string any_party();
  [[nodiscard]] std::string any_road();
  [[nodiscard]] std::string known_road(std::string code) const;
  [[nodiscard]] std::string any_day();
  [[nodiscard]] std::string any_step();
  [[nodiscard]] Value anything(int depth = 2);
  void alter(Value& value, int depth = 0);

  const Time& time_;
  sim::Random random_;
  House &own_, &twin_;
  std::vector<House*> victims_;
  std::string pack_;  // digest
  sim::Keys keys_;
  std::string agreement_;
  bool two_faced_ = false, truthful_ = true, claims_more_ = false;
  bool of_nobody_ = false;  // the next call settles, and no officer did
  std::int64_t named_ = 0;
  std::map<std::string, std::int64_t> passed_;            // by victim: of its node's messages
  std::map<std::string, std::vector<std::string>> said_;  // envelopes, for replays
  std::set<std::string> useless_;
  std::int64_t heard_bytes_ = 0;
  std::map<std::string, std::int64_t> counts_;
};

}  // namespace bashu::hostile
