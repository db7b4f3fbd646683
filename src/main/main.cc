// bashu: the command line of a node. See `bashu --help`.

#include <sqlite3.h>

#include "main/command_line.h"

int main(int argc, char** argv) {
  // Nobody asks how much memory SQLite has: counting it makes its threads wait for one lock.
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  return bashu::cli::run(argc, argv);
}
