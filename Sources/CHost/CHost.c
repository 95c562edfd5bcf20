#define _GNU_SOURCE
#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

int coffer_peer_credentials(int descriptor, int32_t *pid, uint32_t *uid, uint32_t *gid) {
    struct ucred credentials;
    socklen_t size = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return -1;
    *pid = credentials.pid;
    *uid = credentials.uid;
    *gid = credentials.gid;
    return 0;
}

int coffer_harden_process(void) {
    static const int crash_signals[] = {SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV, SIGQUIT};
    const struct rlimit none = {0, 0};
    for (size_t index = 0; index < sizeof crash_signals / sizeof *crash_signals; index++)
        if (signal(crash_signals[index], SIG_DFL) == SIG_ERR) return -1;
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) return -1;
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int coffer_try_lock(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }

int coffer_open(const char *path, int flags, uint32_t mode) { return open(path, flags | O_CLOEXEC, (mode_t)mode); }

int coffer_open_at(int folder, const char *name, int flags, uint32_t mode) {
    return openat(folder, name, flags | O_CLOEXEC, (mode_t)mode);
}

int coffer_memory_file(void) { return memfd_create("coffer", MFD_CLOEXEC); }

int coffer_rename_new(int folder, const char *name, const char *target) {
    if (renameat2(folder, name, folder, target, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
    // NFS and some others know no flags, but have links, which refuse an existing name as well.
    if (linkat(folder, name, folder, target, 0) != 0) return -1;
    return unlinkat(folder, name, 0);
}

int64_t coffer_free_bytes_at(int descriptor) {
    struct statvfs status;
    if (fstatvfs(descriptor, &status) != 0) return -1;
    return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}

int coffer_file_identity(const char *path, uint64_t *device, uint64_t *inode, int64_t *size, uint32_t *mode,
                         uint32_t *owner) {
    struct stat status;
    if (lstat(path, &status) != 0) return -1;
    *device = status.st_dev;
    *inode = status.st_ino;
    *size = status.st_size;
    *mode = status.st_mode;
    *owner = status.st_uid;
    return 0;
}

int64_t coffer_free_bytes(const char *path) {
    struct statvfs status;
    if (statvfs(path, &status) != 0) return -1;
    return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}

int64_t coffer_now_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// What a signal must put back, while a secret is being typed. One prompt at a time.
static int prompt_terminal;
static struct termios prompt_before;

// Puts the echo back and dies of the signal all the same: SA_RESETHAND has restored its default action.
static void restore_echo(int number) {
    int reason = errno;
    tcsetattr(prompt_terminal, TCSANOW, &prompt_before);
    (void)!write(prompt_terminal, "\n", 1);
    raise(number);
    errno = reason;
}

int64_t coffer_read_without_echo(const char *prompt, uint8_t *buffer, uint64_t capacity) {
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0) return -2;
    struct termios before, silent;
    if (tcgetattr(terminal, &before) != 0) {
        close(terminal);
        return -2;
    }
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    silent.c_lflag |= ICANON | ISIG;
    // A process that ends or stops while the echo is off would leave the terminal silent.
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    enum { ENDING = sizeof ending / sizeof *ending };
    struct sigaction former[ENDING];
    prompt_terminal = terminal;
    prompt_before = before;
    for (int i = 0; i < ENDING; i++) {
        struct sigaction action = {.sa_handler = ending[i] == SIGTSTP ? SIG_IGN : restore_echo};
        action.sa_flags = (int)SA_RESETHAND;
        sigaction(ending[i], NULL, &former[i]);
        if (former[i].sa_handler != SIG_IGN) sigaction(ending[i], &action, NULL);
    }
    int64_t length = -1;
    if (write(terminal, prompt, strlen(prompt)) >= 0 && tcsetattr(terminal, TCSAFLUSH, &silent) == 0) {
        length = 0;
        for (;;) {
            uint8_t byte;
            ssize_t count = read(terminal, &byte, 1);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) {
                if (length == 0) length = -1;
                break;
            }
            if (byte == '\n') break;
            if ((uint64_t)length == capacity) {
                length = -1;
                errno = EMSGSIZE;
                break;
            }
            buffer[length++] = byte;
        }
        int reason = errno;
        tcsetattr(terminal, TCSAFLUSH, &before);
        (void)!write(terminal, "\n", 1);
        errno = reason;
    }
    int outcome = errno;
    for (int i = 0; i < ENDING; i++) sigaction(ending[i], &former[i], NULL);
    close(terminal);
    errno = outcome;
    return length;
}

int coffer_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int coffer_notify(const char *state) {
    const char *path = getenv("NOTIFY_SOCKET");
    if (path == NULL || path[0] == 0) return 0;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = 0;
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    ssize_t sent = sendto(descriptor, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    int reason = errno;
    close(descriptor);
    errno = reason;
    return sent < 0 ? -1 : 0;
}

int coffer_swap_in_use(const char *listing) {
    FILE *file = fopen(listing, "re");
    if (file == NULL) return -1;
    // The first line is a heading; each further one is a swap area. zram and dm-crypt areas do not reach a disk in clear.
    char line[512];
    int found = 0;
    int heading = 1;
    while (fgets(line, sizeof line, file) != NULL) {
        if (heading) {
            heading = 0;
            continue;
        }
        if (strstr(line, "/zram") == NULL && strstr(line, "/dm-") == NULL && strstr(line, "/mapper/") == NULL) found = 1;
    }
    fclose(file);
    return found;
}
