/* LD_PRELOAD: every fsync and fdatasync takes a millisecond more, as on a disk that is a millisecond slower. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int slowed(const char *name, int fd) {
    struct timespec pause = {0, 1000000};
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int result = real(fd);
    nanosleep(&pause, 0);
    return result;
}

int fsync(int fd) { return slowed("fsync", fd); }
int fdatasync(int fd) { return slowed("fdatasync", fd); }
