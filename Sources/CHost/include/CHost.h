#pragma once

#include <stdint.h>
#include <sys/types.h>

// What Glibc's module map does not give to Swift: unnamed structs, variadic functions and macros.

/// The peer of a connected Unix socket. Returns 0 and fills the three values, or -1 with errno set.
int coffer_peer_credentials(int descriptor, int32_t *pid, uint32_t *uid, uint32_t *gid);

/// Turns core dumps off, forbids ptrace and /proc/self/mem reading by the same user, and gives the crash signals their
/// default action, so that no handler prints memory. Returns 0, or -1 with errno set.
int coffer_harden_process(void);

/// Takes an exclusive lock on an open file without waiting. Returns 0, or -1 with errno set.
int coffer_try_lock(int descriptor);

/// open(2) with a mode; always O_CLOEXEC. Returns a descriptor, or -1 with errno set.
int coffer_open(const char *path, int flags, uint32_t mode);

/// openat(2) with a mode; always O_CLOEXEC. Returns a descriptor, or -1 with errno set.
int coffer_open_at(int folder, const char *name, int flags, uint32_t mode);

/// An empty file in memory, without a name, closed on exec. Returns a descriptor, or -1 with errno set.
int coffer_memory_file(void);

/// Gives a file of a folder another name, unless something has that name: 0, or -1 with errno set (EEXIST).
int coffer_rename_new(int folder, const char *name, const char *target);

/// Bytes an unprivileged process may still write on the file system of an open file, or -1 with errno set.
int64_t coffer_free_bytes_at(int descriptor);

/// Device and inode of a path. Returns 0, or -1 with errno set.
int coffer_file_identity(const char *path, uint64_t *device, uint64_t *inode, int64_t *size, uint32_t *mode,
                         uint32_t *owner);

/// Bytes an unprivileged process may still write on the file system of a path, or -1 with errno set.
int64_t coffer_free_bytes(const char *path);

/// Milliseconds since 1970 by the system's real-time clock.
int64_t coffer_now_milliseconds(void);

/// Reads a line from the terminal of the process without echo. Returns its length, -1 with errno set, or -2 when there
/// is no terminal. The text does not include the newline and is not terminated.
int64_t coffer_read_without_echo(const char *prompt, uint8_t *buffer, uint64_t capacity);

/// Columns of the terminal at a descriptor, or 0.
int coffer_terminal_columns(int descriptor);

/// Tells the service manager a state such as `READY=1` (sd_notify). Does nothing without NOTIFY_SOCKET.
/// Returns 0, or -1 with errno set.
int coffer_notify(const char *state);

/// Whether swap space that is not encrypted could receive pages, by a listing such as /proc/swaps: 1 some is active,
/// 0 none, -1 the listing cannot be read.
int coffer_swap_in_use(const char *listing);
