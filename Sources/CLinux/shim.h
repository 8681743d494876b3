#pragma once
// Linux calls that Swift's Glibc module leaves out.
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

// prctl is variadic. The kernel takes the first 15 bytes.
static inline void bongsu_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

// Glibc declares these for _GNU_SOURCE alone, which its Swift module is built without.
int pipe2(int ends[2], int flags);
// struct pollfd *, const struct timespec * and const sigset_t *: naming them would make them this module's.
int ppoll(void *set, unsigned long count, const void *limit, const void *mask);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int first);
static const short BONGSU_SPAWN_SETSID = 0x80;
