#pragma once

#include <string>

#include "main/console.h"

namespace bashu::cli {

struct WitnessInit {
  std::string dir, name;
};
Exit witness_init(const Console& console, const WitnessInit& what);

struct WitnessServe {
  std::string dir;
  std::string origins;  // file of logs (tlog-policy)
  std::string listen = "127.0.0.1:7480";
  bool in_clear = false;  // also beyond this machine, e.g. behind a proxy that ends TLS
  std::string log;        // file; empty: standard error
};
Exit witness_serve(const Console& console, const WitnessServe& what);

struct WitnessShow {
  std::string dir;
};
Exit witness_show(const Console& console, const WitnessShow& what);

}  // namespace bashu::cli
