// bashu: the command line of a node. See `bashu --help`.

#include "main/command_line.h"

int main(int argc, char** argv) { return bashu::cli::run(argc, argv); }
