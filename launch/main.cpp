#include "launch/program.h"

int main(int argc, char** argv) { return tessera::launch::run_program({argv + 1, argv + argc}); }
