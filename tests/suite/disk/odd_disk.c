/* A disk with rules of its own, laid over the real one by LD_PRELOAD. It stands for file systems that
   need a mount: eCryptfs, FAT, exFAT, NTFS, network drives, drives that are pulled out.

   ODD_NAME_MAX=143   longer names are refused (ENAMETOOLONG)
   ODD_NAMES=22       new folders with other names than ASCII fail with this errno
   ODD_MKDIR=30       every new folder that ends in .part fails with this errno
   ODD_WRITE=27       writes to a file called "film" fail with this errno …
   ODD_AFTER=500000   … once so many bytes have been written to it */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static const char *last(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int too_long(const char *path) {
    long most = number("ODD_NAME_MAX");
    return most && (long)strlen(last(path)) > most;
}

static int is_plain(const char *name) {
    for (; *name; name++)
        if (*name & 0x80) return 0;
    return 1;
}

#define REFUSE(condition, code) \
    if (condition) {            \
        errno = (int)(code);    \
        return -1;              \
    }

int mkdir(const char *path, mode_t mode) {
    size_t length = strlen(path);
    int is_part = length > 5 && !strcmp(path + length - 5, ".part");
    REFUSE(too_long(path), ENAMETOOLONG)
    REFUSE(number("ODD_NAMES") && !is_plain(last(path)), number("ODD_NAMES"))
    REFUSE(number("ODD_MKDIR") && is_part, number("ODD_MKDIR"))
    return ((int (*)(const char *, mode_t))dlsym(RTLD_NEXT, "mkdir"))(path, mode);
}

int open64(const char *path, int flags, mode_t mode) {
    REFUSE(too_long(path), ENAMETOOLONG)
    return ((int (*)(const char *, int, mode_t))dlsym(RTLD_NEXT, "open64"))(path, flags, mode);
}

static long written;

static int is_refused(int fd, size_t length) {
    char link[64], path[4096];
    if (!number("ODD_WRITE")) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t end = readlink(link, path, sizeof path - 1);
    if (end < 0) return 0;
    path[end] = 0;
    if (strcmp(last(path), "film")) return 0;
    return __sync_add_and_fetch(&written, (long)length) > number("ODD_AFTER");
}

ssize_t write(int fd, const void *bytes, size_t length) {
    REFUSE(is_refused(fd, length), number("ODD_WRITE"))
    return ((ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) {
    REFUSE(is_refused(fd, length), number("ODD_WRITE"))
    return ((ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64"))(
        fd, bytes, length, at);
}

ssize_t writev(int fd, const struct iovec *pieces, int count) {
    size_t length = 0;
    for (int i = 0; i < count; i++) length += pieces[i].iov_len;
    REFUSE(is_refused(fd, length), number("ODD_WRITE"))
    return ((ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev"))(
        fd, pieces, count);
}
