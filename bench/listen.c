/* Many who listen to one stream of server-sent events, and when each of them heard what.

   listen PORT LISTENERS FILE SECONDS

   FILE holds the request. Says "ready" when all hear; then, until SECONDS are over or its input is closed, notes each
   `event: seq`; at the end prints one JSON object with the instants (µs of the monotonic clock) in the order heard, the
   listener of each, and its own processor time. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MOST 20000000

typedef struct { int fd, index, begun, heard, kept; char end[16]; } Listener;
typedef struct { uint64_t at; int who; } Heard;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000ull + t.tv_nsec / 1000;
}

static void die(const char *why) {
    fprintf(stderr, "listen: %s: %s\n", why, strerror(errno));
    exit(1);
}

static int dial(int port, const char *request, size_t length) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) die("socket");
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) die("connect");
    if (send(fd, request, length, MSG_NOSIGNAL) != (ssize_t)length) die("send");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* How many events came: what is looked for may be cut in two by the end of a read. */
static int events_in(Listener *l, char *buffer, size_t length) {
    static const char wanted[] = "event: seq";
    char *whole = buffer - l->kept, *end = buffer + length;
    memcpy(whole, l->end, l->kept);
    int found = 0;
    char *at = whole, *after = whole;
    while ((at = memmem(at, end - at, wanted, sizeof wanted - 1))) { found++; at += sizeof wanted - 1; after = at; }
    size_t rest = end - after;
    l->kept = rest < sizeof wanted - 2 ? rest : sizeof wanted - 2;
    memcpy(l->end, end - l->kept, l->kept);
    return found;
}

int main(int argc, char **argv) {
    if (argc != 5) { fprintf(stderr, "listen PORT LISTENERS FILE SECONDS\n"); return 2; }
    int port = atoi(argv[1]), count = atoi(argv[2]), ready = 0, open = 1;
    double seconds = atof(argv[4]);
    if (count < 1 || count > 20000 || seconds <= 0 || seconds > 600) { fprintf(stderr, "listen: out of bounds\n"); return 2; }
    static char request[8192], room[65536 + 16], *buffer = room + 16;
    FILE *file = fopen(argv[3], "rb");
    if (!file) die(argv[3]);
    size_t length = fread(request, 1, sizeof request, file);
    int epoll = epoll_create1(0), said = 0;
    Listener *listeners = calloc(count, sizeof *listeners);
    Heard *heard = malloc(sizeof *heard * MOST);
    uint64_t count_heard = 0, until = now() + (uint64_t)(seconds * 1e6);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[512];
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event)) die("standard input");
    for (int dialled = 0; open && now() < until;) {
        for (int some = 0; dialled < count && some < 50 && dialled - ready < 200; some++, dialled++) {
            Listener *l = &listeners[dialled];
            l->index = dialled;
            l->fd = dial(port, request, length);
            event.data.ptr = l;
            if (epoll_ctl(epoll, EPOLL_CTL_ADD, l->fd, &event)) die("epoll_ctl");
        }
        int some = epoll_wait(epoll, events, 512, 50);
        uint64_t at = now();
        for (int i = 0; i < some; i++) {
            Listener *l = events[i].data.ptr;
            if (!l) { open = read(0, buffer, 16) > 0; continue; }
            ssize_t got = recv(l->fd, buffer, 65536, 0);
            if (got <= 0) { if (got == 0 || errno != EAGAIN) { fprintf(stderr, "listen: a stream ended\n"); return 1; } continue; }
            if (!l->begun++ && strncmp(buffer, "HTTP/1.1 200", 12)) { fprintf(stderr, "listen: %.40s\n", buffer); return 1; }
            for (int found = events_in(l, buffer, got); found; found--) {
                if (!l->heard) { l->heard = 1; ready++; continue; } /* how things stood when it came */
                if (count_heard < MOST) heard[count_heard++] = (Heard){at, l->index};
            }
        }
        if (ready == count && !said) { printf("ready\n"); fflush(stdout); said = 1; }
    }
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    double cpu = use.ru_utime.tv_sec + use.ru_stime.tv_sec + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
    printf("{\"cpu\":%.3f,\"at\":[", cpu);
    for (uint64_t i = 0; i < count_heard; i++) printf("%s%llu", i ? "," : "", (unsigned long long)heard[i].at);
    printf("],\"who\":[");
    for (uint64_t i = 0; i < count_heard; i++) printf("%s%d", i ? "," : "", heard[i].who);
    printf("]}\n");
    return 0;
}
