#pragma once
// Linux calls that Swift's Glibc module leaves out.
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
