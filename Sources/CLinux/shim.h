#pragma once
// Linux calls that Swift's Glibc module leaves out.
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

// Glibc declares these for _GNU_SOURCE alone, which its Swift module is built without.
int pipe2(int ends[2], int flags);
int ppoll(struct pollfd *set, nfds_t count, const struct timespec *limit, const sigset_t *mask);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
static const short BONGSU_SPAWN_SETSID = 0x80;
