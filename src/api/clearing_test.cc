// Which packs clear, and what of their forms is left for people.

#include <gtest/gtest.h>

#include <filesystem>

#include "api/clearing_books.h"
#include "api/clearing_forms.h"
#include "node/files.h"
#include "packs/load.h"
#include "testing/checkout.h"

namespace bashu::api {
namespace {

packs::PackPtr pack_of(const std::filesystem::path& path) {
  const auto text = node::read_file(path);
  return text ? packs::load(*text).pack : nullptr;
}

TEST(Clearing, APackIsKnownByItsServicesAndNoOtherClears) {
  int clear = 0, others = 0;
  for (const auto& file : std::filesystem::directory_iterator{checkout("packs")}) {
    if (file.path().extension() != ".yaml") continue;
    const auto pack = pack_of(file.path());
    ASSERT_TRUE(pack) << file.path();
    const auto shape = clearing_of(*pack);
    ++(shape ? clear : others);
    if (!shape) continue;
    EXPECT_EQ(shape->book, "book");
    EXPECT_EQ(shape->batch, "batch");
    EXPECT_EQ(shape->window, "window");
    EXPECT_EQ(shape->order, "order");
    EXPECT_EQ(shape->ordered, "ordered");
    EXPECT_EQ(shape->membership, "membership");
    EXPECT_EQ(shape->share, "share");
    EXPECT_EQ(shape->netting, "netting");
  }
  EXPECT_EQ(clear, 1);
  EXPECT_GT(others, 10);
}

TEST(Clearing, PeopleAreAskedOnlyForWhatTheyKnow) {
  const auto pack = pack_of(checkout("packs/clearing.yaml"));
  ASSERT_TRUE(pack);
  using Form = std::vector<std::string>;
  const struct {
    const char *service, *state, *event;
    Form left;
  } rows[] = {
      {"window", "stated", "state", {}},
      {"window", "stated", "send_back", {"note"}},
      {"window", "differing", "compare", {}},
      {"window", "second_answers", "answer", {"second_answer"}},
      {"window", "first_answers", "decide", {"first_answer"}},
      {"window", "confirming", "confirm", {}},
      {"window", "second_pays", "pay", {"booked"}},
      {"window", "awaits_netting", "net", {}},
      {"window", "awaits_netting", "pay_alone", {}},
      {"book", "proposed", "agree", {"second_account"}},
      {"book", "in_force", "amend", {"proposal"}},
      {"book", "in_force", "ask_to_amend", {"proposal"}},
      {"book", "second_considers", "agree_edition", {}},
      {"book", "first_considers", "agree_edition", {}},
      {"book", "in_force", "check", {}},
      {"share", "called", "hand_in", {}},
      {"share", "handed_in", "publish", {"round"}},
      {"share", "handed_in", "leave_out", {"note"}},
      {"share", "published", "confirm", {}},
      {"share", "confirmed", "release", {}},
      {"share", "member_orders", "order", {"pay_on"}},
      {"share", "member_signs", "sign", {}},
      {"share", "member_pays", "pay", {"booked"}},
      {"order", "proposed", "sign", {}},
      {"order", "proposed", "withdraw", {"note"}},
      {"order", "with_bank", "book", {"booked"}},
  };
  for (const auto& row : rows) {
    const packs::Service& service = *packs::find(pack->services, row.service);
    const packs::EventDef& event =
        *packs::find(packs::find(service.states, row.state)->events, row.event);
    EXPECT_EQ(without_computed(*pack, service, event.form), row.left) << row.event;
  }
  const packs::Service& window = *packs::find(pack->services, "window");
  EXPECT_EQ(without_computed(*pack, window, window.start.event.form), Form{"until"});
  const packs::Service& netting = *packs::find(pack->services, "netting");
  EXPECT_EQ(without_computed(*pack, netting, netting.start.event.form), Form{"until"});
  const packs::Service& order = *packs::find(pack->services, "order");
  EXPECT_EQ(without_computed(*pack, order, order.start.event.form), (Form{"book", "pay_on"}));
  const packs::Service& batch = *packs::find(pack->services, "batch");
  EXPECT_EQ(without_computed(*pack, batch, batch.start.event.form), (Form{"book", "what", "file"}));
}

}  // namespace
}  // namespace bashu::api
