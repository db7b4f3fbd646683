// Fuzz target: a bank's statement is read or refused, whatever it is.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "bank/match.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = bashu::bank::read_camt053({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  const bashu::bank::Order order{
      .id = "o1", .payer = "a", .payee = "b", .amount = 12'345, .about = {}};
  static_cast<void>(bashu::bank::match({order}, *read,
                                       {{"a", {.name = "A", .id = "acc-a", .bank = "1"}},
                                        {"b", {.name = "B", .id = "acc-b", .bank = "2"}}},
                                       1));
  return 0;
}
